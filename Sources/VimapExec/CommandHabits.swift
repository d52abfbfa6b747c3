/// How a worker's commands have given their answers so far. It outlives each of them.
final class CommandHabits {
  /// A command has answered all it was fed while its input was still open.
  private(set) var hasAnsweredAll = false
  /// A command was silent with everything read, and then gave several answers at once. Where
  /// processors are busy, one that answers as it goes may seem to do so.
  private(set) var holdsBack = false
  /// A command that holds its answers back has ended with as many as it had records, so that
  /// others are not asked to prove it again.
  private(set) var provesOrder = false
  /// Commands that have left one after the other with a single answer each.
  private var briefLives = 0
  private var hasToldOfBriefLives = false

  private static let tellingNumber = 10

  /// A command answers each record as it comes.
  var answersAsItGoes: Bool { hasAnsweredAll && !holdsBack }

  func noteProof() { provesOrder = true }

  /// A command has answered some records.
  /// - Parameter wasIdle: it had been seen to have read everything, and to say nothing.
  func noteAnswers(_ count: Int, wasIdle: Bool) {
    if wasIdle, count > 1 { holdsBack = true }
  }

  /// A command has answered everything, and its input is open.
  /// - Parameter isPaused: it was given nothing more for that.
  func noteEven(isPaused: Bool) {
    hasAnsweredAll = true
    if isPaused { holdsBack = false }
  }

  /// A command has left by itself, and there was more for it to do.
  /// - Returns: whether it is time to say that there is in truth a process a record, which is said
  ///   once.
  func noteLife(answers: Int) -> Bool {
    briefLives = answers == 1 ? briefLives + 1 : 0
    guard briefLives >= Self.tellingNumber, !hasToldOfBriefLives else { return false }
    hasToldOfBriefLives = true
    return true
  }
}
