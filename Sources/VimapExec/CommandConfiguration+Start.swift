import VimapKit
import VimapSystem

/// What is to be said where a command cannot be started.
extension CommandConfiguration {
  /// The PATH of the environment.
  var searchPath: String? { environmentValue(of: "PATH", in: environment) }

  /// - Throws: ``WorkerFailure`` where it shows already that a program cannot be run. A script that
  ///   would be started, and end at once for want of an interpreter, shows here only.
  func check(_ program: String) throws {
    guard let problem = ProgramProblem.of(program, path: searchPath) else { return }
    throw WorkerFailure("\(program): \(problem.text)", errno: Int(problem.code.rawValue))
  }

  /// The failure of a worker that could not start its command.
  func failure(toStart program: String, _ error: SystemError) -> WorkerFailure {
    let errno = Int(error.code.rawValue)
    guard error.call == "exec" else {
      return WorkerFailure("\(error.call): \(error.code)", errno: errno)
    }
    let problem = ProgramProblem.of(program, path: searchPath, failure: error)
    return WorkerFailure("\(program): \(problem.text)", errno: errno)
  }
}
