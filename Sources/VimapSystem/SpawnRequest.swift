import CVimapSystem
import Glibc
import VimapBytes

/// How a command is started: in a process group of its own, with the standard descriptors it is
/// given and, of others, those that are not closed on exec, with default signals, and SIGKILL for
/// it when the process that started it dies.
public struct SpawnRequest {
  /// The program, looked up along PATH, and its arguments.
  public var arguments: CStringList
  /// `NAME=VALUE`, the whole environment.
  public let environment: CStringList
  /// The soft limit of open files the command gets; 0 leaves the one in force.
  public var fileLimit: UInt64 = 0

  public init(arguments: [String], environment: [String]) {
    self.arguments = CStringList(arguments)
    self.environment = CStringList(environment)
  }

  /// Starts the command.
  /// - Parameter groupSlot: where the command's process group is written before it runs, so that
  ///   whoever shares that memory can end the group even if this process is killed meanwhile.
  /// - Throws: the reason `fork` or `exec` gave.
  public func start(
    input: CInt, output: CInt, error: CInt, groupSlot: GroupSlot?
  ) throws(SystemError) -> ProcessID {
    try arguments.withPointers { (arguments) throws(SystemError) in
      try environment.withPointers { (environment) throws(SystemError) in
        try systemCall("exec") {
          var request = vimap_spawn()
          request.arguments = arguments
          request.environment = environment
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

/// An environment with some variables set, each in place of one of the same name.
public func environment(_ entries: [String], setting new: [String]) -> [String] {
  let starts = new.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) + [UInt8(ascii: "=")] }
  return entries.filter { entry in !starts.contains { entry.utf8.starts(with: $0) } } + new
}

/// What a variable is in an environment, of which the first entry counts, as for getenv(3).
public func environmentValue(of name: String, in environment: [String]) -> String? {
  let start = "\(name)="
  // Byte by byte: a mark behind the = would be one character with it.
  return environment.first { $0.utf8.starts(with: start.utf8) }
    .map { String($0.unicodeScalars.dropFirst(start.unicodeScalars.count)) }
}

/// The environment of this process, as `NAME=VALUE`, in texts of the system.
public func inheritedEnvironment() -> [String] {
  var entries: [String] = []
  var entry = environ
  while let text = entry.pointee {
    entries.append(String(system: text))
    entry += 1
  }
  return entries
}
