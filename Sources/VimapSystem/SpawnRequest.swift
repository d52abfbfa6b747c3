import CVimapSystem
import Glibc

/// How a command is started: in a process group of its own, with three descriptors and no more,
/// default signals, and SIGKILL for it when the process that started it dies.
public struct SpawnRequest: Sendable {
  /// The program, looked up along PATH, and its arguments.
  public var arguments: [String]
  /// `NAME=VALUE`, the whole environment.
  public var environment: [String]
  /// The soft limit of open files the command gets; 0 leaves the one in force.
  public var fileLimit: UInt64 = 0

  public init(arguments: [String], environment: [String]) {
    self.arguments = arguments
    self.environment = environment
  }

  /// Starts the command.
  /// - Parameter groupSlot: where the command's process group is written before it runs, so that
  ///   whoever shares that memory can end the group even if this process is killed meanwhile.
  /// - Throws: the reason `fork` or `exec` gave.
  public func start(
    input: CInt, output: CInt, error: CInt, groupSlot: GroupSlot?
  ) throws(SystemError) -> ProcessID {
    var arguments = cStrings(self.arguments)
    var environment = cStrings(self.environment)
    defer {
      arguments.forEach { free($0) }
      environment.forEach { free($0) }
    }
    return try arguments.withUnsafeMutableBufferPointer { (argv) throws(SystemError) in
      try environment.withUnsafeMutableBufferPointer { (envp) throws(SystemError) in
        try systemCall("exec") {
          argv.withMemoryRebound(to: UnsafePointer<CChar>?.self) { argv in
            envp.withMemoryRebound(to: UnsafePointer<CChar>?.self) { envp in
              var request = vimap_spawn()
              request.arguments = UnsafePointer(argv.baseAddress)
              request.environment = UnsafePointer(envp.baseAddress)
              request.standard_input = input
              request.standard_output = output
              request.standard_error = error
              request.file_limit = fileLimit
              request.group_slot = groupSlot?.word
              return vimap_spawn(&request)
            }
          }
        }
      }
    }
  }

  private func cStrings(_ strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
    strings.map { strdup($0) } + [nil]
  }
}

/// An environment with some variables set, each in place of one of the same name.
public func environment(_ entries: [String], setting new: [String]) -> [String] {
  let names = Set(new.map { $0.prefix { $0 != "=" } })
  return entries.filter { !names.contains($0.prefix { $0 != "=" }) } + new
}

/// The environment of this process, as `NAME=VALUE`.
public func inheritedEnvironment() -> [String] {
  var entries: [String] = []
  var entry = environ
  while let text = entry.pointee {
    entries.append(String(cString: text))
    entry += 1
  }
  return entries
}
