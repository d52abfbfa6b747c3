#if DEBUG
  import CVimapSystem
  import Glibc
  public import SystemPackage

  /// The fault hook of debug builds. It is asked before every system call. If it gives an error,
  /// the call is not made and fails with that error.
  public enum SystemCallFault {
    /// Is given the call's name. It applies only to the task that sets it, so that tests do not
    /// disturb each other.
    @TaskLocal public static var injected: (@Sendable (String) -> Errno?)?

    static func code(_ name: StaticString, _ file: StaticString, _ line: UInt32) -> Errno? {
      if let code = injected?(name.description) { return code }
      return PlannedFault.ofProcess?.code(name, file, line)
    }
  }

  /// The single failure of a whole run, counted over all its processes. It is set by the
  /// environment, so that a test can apply it to a program.
  ///
  /// `VIMAP_FAULT` is `FILE:LINE ROLE ERRNO N`: the Nth call fails that processes with that role
  /// make at that place. The roles are `main`, `forks` and `worker`. `VIMAP_FAULT_LOG` names a
  /// file. The call that failed is appended to it or, if `VIMAP_FAULT` is `none`, every call, as
  /// `FILE:LINE ROLE NAME`.
  private struct PlannedFault: Sendable {
    private let place: Substring
    private let role: Substring
    private let code: Errno
    private let turn: UInt64
    private let log: String?
    /// The address of the counter of calls. It is in memory shared with all processes forked later.
    private let count: Int

    /// Made at the first call, which comes before the first fork.
    static let ofProcess = PlannedFault(
      plan: getenv("VIMAP_FAULT").map { String(cString: $0) },
      log: getenv("VIMAP_FAULT_LOG").map { String(cString: $0) })

    private init?(plan: String?, log: String?) {
      guard let plan,
        let memory = mmap(
          nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED
      else { return nil }
      let words = plan.split(separator: " ")
      let isWhole = words.count == 4
      place = isWhole ? words[0] : ""
      role = isWhole ? words[1] : ""
      code = Errno(rawValue: isWhole ? CInt(words[2]) ?? 0 : 0)
      turn = isWhole ? UInt64(words[3]) ?? 0 : 0
      self.log = log
      count = Int(bitPattern: memory)
    }

    func code(_ name: StaticString, _ file: StaticString, _ line: UInt32) -> Errno? {
      let here = "\(file):\(line)"
      if place.isEmpty {
        note("\(here) \(Self.ownRole) \(name)\n")
        return nil
      }
      guard here == place, Self.ownRole == role,
        let word = UnsafeMutablePointer<UInt64>(bitPattern: count), vimap_count(word) == turn
      else { return nil }
      note("\(here) \(role) \(name)\n")
      return code
    }

    private static var ownRole: String {
      let name = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { room in
        room.initialize(repeating: 0)
        _ = room.baseAddress.map { vimap_get_name($0) }
        return room.baseAddress.map { String(cString: $0) } ?? ""
      }
      return name.contains("-worker") ? "worker" : name.hasSuffix("-forks") ? "forks" : "main"
    }

    private func note(_ line: String) {
      guard let log else { return }
      let file = vimap_open(log, O_WRONLY | O_CREAT | O_APPEND)
      guard file >= 0 else { return }
      _ = write(file, line, line.utf8.count)
      close(file)
    }
  }
#endif
