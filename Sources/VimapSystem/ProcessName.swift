import CVimapSystem

extension SystemProcess {
  /// The longest name that the kernel keeps of a process, in bytes (PR_SET_NAME, prctl(2)).
  private static let longestName = 15

  /// Names the calling process in `ps` and `top` after its program and what it is, as
  /// `vimap-worker 3`. Where that is too long the program's name is cut, so that what is behind it
  /// is always there.
  ///
  /// So whoever ends every process of the program's name does not end this one, which is there to
  /// end what it has started.
  public static func setName(_ role: String) {
    let program = String(cString: vimap_program_name())
    let room = max(1, longestName - role.utf8.count - 1)
    vimap_set_name("\(program.utf8Prefix(room))-\(role)")
  }

  /// Has Swift copy the program's arguments, which ``setName(_:)`` writes over.
  public static func keepArguments() { _ = CommandLine.arguments }
}

extension String {
  fileprivate func utf8Prefix(_ count: Int) -> Substring {
    var text = self[...]
    while text.utf8.count > count { text.removeLast() }
    return text
  }
}
