import CVimapSystem

extension SystemProcess {
  /// The longest name of a process that the kernel keeps, in bytes (PR_SET_NAME, prctl(2)).
  private static let longestName = 15

  /// Names the calling process in `ps` and `top` after its program and its role, such as
  /// `vimap-worker 3`. If that is too long, the program's name is cut, so that the role is always
  /// complete.
  ///
  /// So `killall` with the program's name does not kill this process, which must end what it has
  /// started.
  public static func setName(_ role: String) {
    let program = String(cString: vimap_program_name())
    let room = max(1, longestName - role.utf8.count - 1)
    vimap_set_name("\(program.utf8Prefix(room))-\(role)")
  }

  /// Has Swift copy the program's arguments before ``setName(_:)`` overwrites them.
  public static func keepArguments() { _ = CommandLine.arguments }
}

extension String {
  fileprivate func utf8Prefix(_ count: Int) -> Substring {
    var text = self[...]
    while text.utf8.count > count { text.removeLast() }
    return text
  }
}
