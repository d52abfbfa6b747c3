import CVimapSystem
import Glibc
import VimapBytes

/// How to start a command. It gets a process group of its own, the given standard descriptors, any
/// other descriptors that are not closed on exec, and default signals. The kernel kills it
/// (SIGKILL) when the process that started it dies.
public struct SpawnRequest {
  /// The program, looked up along PATH, and its arguments.
  public var arguments: CStringList
  /// The whole environment, as `NAME=VALUE`.
  public let environment: CStringList
  /// The command's soft limit of open files; 0 keeps the current one.
  public var fileLimit: UInt64 = 0

  public init(arguments: [String], environment: [String]) {
    self.arguments = CStringList(arguments)
    self.environment = CStringList(environment)
  }

  /// Starts the command.
  /// - Parameter groupSlot: gets the command's process group before the command runs. So whoever
  ///   shares that memory can kill the group even if this process is killed meanwhile.
  /// - Throws: the error of `fork` or `exec`.
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

/// An environment in which some variables are set, and replace those of the same name.
public func environment(_ entries: [String], setting new: [String]) -> [String] {
  let starts = new.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) + [UInt8(ascii: "=")] }
  return entries.filter { entry in !starts.contains { entry.utf8.starts(with: $0) } } + new
}

/// The value of a variable in an environment. The first entry counts, as for getenv(3).
public func environmentValue(of name: String, in environment: [String]) -> String? {
  let start = "\(name)="
  // Byte by byte: a combining mark after the = would form one character with it.
  return environment.first { $0.utf8.starts(with: start.utf8) }
    .map { String($0.unicodeScalars.dropFirst(start.unicodeScalars.count)) }
}

/// The environment of this process, as `NAME=VALUE`, in system texts.
public func inheritedEnvironment() -> [String] {
  var entries: [String] = []
  var entry = environ
  while let text = entry.pointee {
    entries.append(String(system: text))
    entry += 1
  }
  return entries
}
