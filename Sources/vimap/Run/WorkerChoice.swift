import VimapExec
import VimapKit
import VimapSystem

/// The one worker that the command line chose.
enum WorkerChoice {
  case command(VimapExec.CommandConfiguration)

  init(_ line: TypedLine, pool: PoolConfiguration) throws {
    let options = line.options
    if line.command?.isEmpty == true { throw Refusal(.usage, "--: a command must follow") }
    let chosen = [
      line.command.map { _ in "COMMAND" }, options.exec.exec.map { _ in "--exec" },
      options.http.post.isEmpty ? nil : "--post",
    ].compactMap(\.self)
    guard chosen.count == 1 else {
      throw Refusal(
        .usage,
        chosen.isEmpty
          ? "no worker: give a command behind --, or --exec, or --post; see vimap --help"
          : "\(chosen.joined(separator: " and ")): give one worker only")
    }
    self = .command(Self.commandWorker(line, pool))
  }

  private static func commandWorker(
    _ line: TypedLine, _ pool: PoolConfiguration
  ) -> VimapExec.CommandConfiguration {
    let options = line.options
    let environment = inheritedEnvironment()
    var worker =
      options.exec.exec.map { .shell($0, environment: environment) }
      ?? VimapExec.CommandConfiguration(arguments: line.command ?? [], environment: environment)
    worker.isText = options.exec.text
    worker.longestAnswer = options.records.maxRecord.bytes
    worker.marksStandardError = Descriptor.isTerminal(StandardDescriptor.error)
    worker.pipeCapacity = pipeCapacity(pool.jobs)
    worker.fileLimit = Process.raiseFileLimit()
    return worker
  }

  /// Large pipes save changes between processes; a user's pipes share one quota, by default 64 MiB
  /// (pipe(7)), of which this takes no more than half.
  private static func pipeCapacity(_ jobs: Int) -> Int {
    let share = (32 << 20) / (2 * jobs)
    return share < 128 << 10 ? 0 : min(1 << 20, 1 << (Int.bitWidth - 1 - share.leadingZeroBitCount))
  }

  /// The pool as this worker needs it.
  func adapted(_ pool: PoolConfiguration) -> PoolConfiguration {
    switch self {
    case .command: pool
    }
  }

  /// Makes a worker in its own process.
  func make(_ seat: WorkerSeat) throws -> any PoolWorker {
    Descriptor.leaveStandardStreams()
    switch self {
    case .command(let configuration): return CommandWorker(configuration)
    }
  }
}
