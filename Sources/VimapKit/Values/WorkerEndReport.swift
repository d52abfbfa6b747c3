import VimapSystem

/// The bad end of a worker that no record is charged with.
struct WorkerEndReport {
  let slot: Int
  let wasReady: Bool
  /// `nil` where it was ended by the pool.
  let end: ProcessEnd?
  /// What it had to say, or what was to be said about it.
  let words: String

  /// As it is told.
  var error: WorkerError {
    let what = end.map { "its process \($0)" }
    var error =
      wasReady
      ? WorkerError(.finishFailed, "\(what ?? "it") when it had no input", words)
      : what.map { WorkerError(.startFailed, "\($0) before it was ready", words) }
        ?? WorkerError(.startFailed, words)
    error.worker = slot
    if case .killed(let signal) = end { error.signal = signal }
    return error
  }
}
