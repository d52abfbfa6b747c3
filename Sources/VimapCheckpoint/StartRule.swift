/// What a run finds before it begins.
package struct StartFacts: Equatable, Sendable {
  package enum Checkpoint: Equatable, Sendable {
    case none
    /// A run was cut off, or has left some for another one.
    case unfinished
    /// Nothing was left to do.
    case finished
  }

  package enum Output: Equatable, Sendable {
    case none
    /// There is a file, and nothing in it.
    case empty
    case some
  }

  package var checkpoint: Checkpoint
  package var output: Output
  /// Where lines that failed are kept; `none` where they are not.
  package var failed: Output
  /// How much the checkpoint says that there is of each.
  package var knownOutput = 0
  package var knownFailed = 0

  package init(checkpoint: Checkpoint, output: Output, failed: Output = .none) {
    self.checkpoint = checkpoint
    self.output = output
    self.failed = failed
  }
}

/// What is asked for.
package enum StartWish: Equatable, Sendable {
  /// To begin a job.
  case begin
  /// To go on with it, if there is one.
  case resume
  /// To go on with it and to do again what has failed.
  case retryFailed
}

/// What is done about it.
package enum Start: Equatable, Sendable {
  case begin
  case goOn
}

/// Why a run is refused before it begins.
package enum StartRefusal: Error, Equatable, Sendable {
  /// There is a job that could be gone on with.
  case unfinishedJob
  /// There is one that has been done.
  case finishedJob
  /// There is an output, and nobody knows what is in it.
  case outputWithoutCheckpoint
  /// As that, of the lines that failed.
  case failedWithoutCheckpoint
  /// The job has written an output, and it is not there.
  case outputMissing
  case failedMissing
  /// There is nothing of which something could have failed.
  case nothingToRetry
}

extension StartFacts {
  /// Whether a job begins or is gone on with.
  package func start(_ wish: StartWish) throws(StartRefusal) -> Start {
    switch (checkpoint, wish) {
    case (.unfinished, .begin): throw .unfinishedJob
    case (.finished, .begin): throw .finishedJob
    case (.none, .begin), (.none, .resume):
      if output == .some { throw .outputWithoutCheckpoint }
      if failed == .some { throw .failedWithoutCheckpoint }
      return .begin
    case (.none, .retryFailed): throw output == .some ? .outputWithoutCheckpoint : .nothingToRetry
    case (_, .resume), (_, .retryFailed):
      if output == .none, knownOutput > 0 { throw .outputMissing }
      if failed == .none, knownFailed > 0 { throw .failedMissing }
      return .goOn
    }
  }
}

/// An option that changes results and is not what it was.
package struct SettingChange: Equatable, Sendable {
  package var name: String
  /// `nil` where it was not there.
  package var was: String?
  /// `nil` where it is not there.
  package var `is`: String?
}

extension JobHeader {
  /// What has changed of the options that change results, in the order in which they are now.
  package func changes(to settings: [Setting]) -> [SettingChange] {
    let was = Dictionary(fingerprint.map { ($0.name, $0.value) }) { $0 + "\n" + $1 }
    let now = Dictionary(settings.map { ($0.name, $0.value) }) { $0 + "\n" + $1 }
    var names: [String] = []
    for setting in settings + fingerprint where !names.contains(setting.name) {
      names.append(setting.name)
    }
    return names.compactMap { name in
      was[name] == now[name] ? nil : SettingChange(name: name, was: was[name], is: now[name])
    }
  }
}
