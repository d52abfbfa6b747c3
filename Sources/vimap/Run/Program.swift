import ArgumentParser
import VimapKit
import VimapRecords
import VimapSystem

/// From the command line to the exit status.
enum Program {
  static let version = "0.1.0"

  static func run(_ arguments: ArraySlice<String>) -> ExitStatus {
    do {
      let standard = try StandardDescriptors()
      try checkStack()
      let line = try TypedLine(arguments)
      SecretArguments(line.options).cover()
      if let path = line.options.checkpoint.status {
        let status = try CheckpointStatus(path)
        let text = line.options.checkpoint.json ? status.json : status.lines.joined(separator: "\n")
        return Printer.answer(text) ? .success : .inputOutput
      }
      if line.options.watch.dryRun { return try RunPlan.dryRun(line, standard).run() }
      return try RunPlan(line, standard).run()
    } catch let refusal as Refusal {
      Printer.say(refusal.message)
      return refusal.status
    } catch let error as SystemError {
      Printer.say("\(error)")
      return .inputOutput
    } catch {
      return explain(error, arguments)
    }
  }

  /// What jansson needs of the stack for the most levels that it reads, 2048, and then some; taking
  /// the command line apart needs a third of it. Where that is not there, the kernel ends whoever
  /// goes beyond, and nothing can be said any more.
  private static let stackNeeded = 256 * 1024

  private static func checkStack() throws(Refusal) {
    let limit = SystemProcess.stackLimit
    guard limit < stackNeeded else { return }
    throw Refusal(
      .noWorker,
      "no worker can be started: the stack may have \(limit / 1024) KiB (ulimit -s), and"
        + " \(stackNeeded / 1024) KiB are needed")
  }

  /// What argument parsing threw: help or the version, which were asked for, or a mistake.
  private static func explain(
    _ error: any Error, _ arguments: ArraySlice<String>
  ) -> ExitStatus {
    if VimapCommand.exitCode(for: error) == .success {
      return Printer.answer(VimapCommand.fullMessage(for: error)) ? .success : .inputOutput
    }
    Printer.say(Mistake(error, in: arguments).text)
    return .usage
  }
}
