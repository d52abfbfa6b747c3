import VimapSystem

/// Answers of a command that has ended, of which nobody can say which records they answer.
struct DroppedAnswers {
  var count = 0
  /// The command gave them while its input was open.
  var werePrompt = false
}

/// What is known of a command that has ended.
struct CommandEnd {
  let end: ProcessEnd
  /// How many of its answers were used.
  let answers: Int
  var dropped = DroppedAnswers()
  /// It never printed its ready sign.
  var wasUnready = false
  /// It was told of its input's end before.
  let wasAskedTo: Bool
  /// It left some of what it was given unread.
  var leftInput = false
  /// It has read none of the records that it owes answers for.
  var hasReadNothing = false

  /// It read all it was given, and ended as it should when it was told to: if it owes answers, it
  /// has left records out.
  var isRegular: Bool { wasAskedTo && end == .exited(status: 0) && !leftInput }

  /// It is one of those commands that never answer.
  /// - Parameter owed: how many records it owed answers for.
  func isInVain(owed: Int) -> Bool {
    if answers + dropped.count > 0 { return false }
    // One that was killed at work may have answered; one that is killed while it loads is too
    // large.
    if end == .killed(signal: Int(Signals.kill)), !hasReadNothing { return false }
    // One that died of one of many records is followed by others that find out which.
    return (owed <= 1 || hasReadNothing) && (owed > 0 || !wasAskedTo)
  }
}

extension CommandEnd {
  init(_ session: CommandSession, _ end: ProcessEnd, _ dropped: DroppedAnswers, _ queue: FeedQueue)
  {
    self.init(
      end: end, answers: session.answerCount, dropped: dropped,
      wasUnready: session.awaitsReadySign, wasAskedTo: session.input.wasEndedByUs,
      leftInput: session.input.hasUnread,
      hasReadNothing: session.countUnread(queue) >= queue.owed)
  }
}
