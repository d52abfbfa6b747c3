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
      if let status = try line.options.checkpoint.answer {
        return Printer.answer(status) ? .success : .inputOutput
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

  /// The stack that jansson needs for the deepest nesting that it reads, 2048 levels, with a
  /// margin. Parsing the command line needs a third of that. If the stack is too small, the kernel
  /// kills the process, and nothing can be reported any more.
  private static let stackNeeded = 256 * 1024

  private static func checkStack() throws(Refusal) {
    let limit = SystemProcess.stackLimit
    guard limit < stackNeeded else { return }
    throw Refusal(
      .noWorker,
      "no worker can be started: the stack may have \(limit / 1024) KiB (ulimit -s), and"
        + " \(stackNeeded / 1024) KiB are needed")
  }

  /// Handles what argument parsing has thrown: help or the version, if the user asked for it, or a
  /// mistake.
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
