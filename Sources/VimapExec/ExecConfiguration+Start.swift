import VimapKit
import VimapRecords
import VimapSystem

/// How commands are started, and what is said where one cannot be.
extension ExecConfiguration {
  func spawnRequest(arguments: [String], _ context: WorkerContext) -> SpawnRequest {
    var request = SpawnRequest(
      arguments: arguments,
      environment: VimapSystem.environment(environment, setting: context.environment))
    request.fileLimit = fileLimit
    return request
  }

  func errorRelay(_ context: WorkerContext) -> StandardErrorRelay {
    StandardErrorRelay(
      target: standardError, prefix: marksStandardError ? "[worker \(context.number)] " : "")
  }

  /// The PATH of the environment.
  var searchPath: String? { environmentValue(of: "PATH", in: environment) }

  /// - Throws: ``WorkerFailure`` where the program can't be run. Only this check finds a script
  ///   whose interpreter is missing: that could be started, and would end at once.
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
