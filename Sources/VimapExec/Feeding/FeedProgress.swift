/// How far feeding and answering have come, by positions of records.
struct FeedProgress {
  /// The first record not answered.
  private(set) var answered = 0
  /// The first record not fed; never one that has been answered.
  private(set) var fed = 0
  /// As far as records have ever been fed.
  private(set) var furthestFed = 0
  /// How many records the command was fed, and has to answer still.
  private(set) var owed = 0
  /// How many records commands have answered.
  private(set) var answerCount = 0

  /// What was fed, from the first record on that is not answered.
  var unanswered: Range<Int> { answered..<fed }

  /// Feeding moves on.
  /// - Parameter count: how many of the records on the way the command is to answer.
  mutating func feed(to position: Int, owing count: Int) {
    assert(position >= fed)
    fed = position
    owed += count
    furthestFed = max(furthestFed, fed)
  }

  /// The command has answered some of the records that it owes answers for.
  mutating func noteAnswers(_ count: Int) {
    assert(count <= owed)
    owed -= count
    answerCount += count
  }

  /// Some more records are answered, by whomever.
  mutating func moveOn(_ count: Int) {
    answered += count
    if fed < answered { feed(to: answered, owing: 0) }
  }

  /// What was fed and not answered counts as not fed.
  mutating func rewind() {
    fed = answered
    owed = 0
  }
}
