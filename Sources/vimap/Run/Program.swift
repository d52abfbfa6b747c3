import ArgumentParser
import VimapKit
import VimapSystem

/// From the command line to the exit status.
enum Program {
  static let version = "0.1.0"

  /// - Parameter line: the program's name and its arguments. Swift reads them from /proc, and has
  ///   nothing at all where that is not mounted.
  static func run(_ line: [String]) -> ExitStatus {
    guard !line.isEmpty else {
      Printer.complain("/proc/self/cmdline: cannot be read: mount /proc: mount -t proc proc /proc")
      return .inputOutput
    }
    return run(line.dropFirst())
  }

  private static func run(_ arguments: ArraySlice<String>) -> ExitStatus {
    do {
      let standard = try StandardDescriptors()
      let line = try TypedLine(arguments)
      if line.options.watch.dryRun { return try RunPlan.dryRun(line, standard).run() }
      return try RunPlan(line, standard).run()
    } catch let refusal as Refusal {
      Printer.complain(refusal.message)
      return refusal.status
    } catch let error as SystemError {
      Printer.complain("\(error)")
      return .inputOutput
    } catch {
      return explain(error, arguments)
    }
  }

  /// What argument parsing threw: help or the version, which were asked for, or a mistake.
  private static func explain(
    _ error: any Error, _ arguments: ArraySlice<String>
  ) -> ExitStatus {
    if VimapCommand.exitCode(for: error) == .success {
      return Printer.answer(VimapCommand.fullMessage(for: error)) ? .success : .inputOutput
    }
    Printer.complain(Mistake(error, in: arguments).text)
    return .usage
  }
}
