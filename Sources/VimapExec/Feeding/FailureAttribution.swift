/// Finds the record that a command died of, where the command owed answers for several.
///
/// All of them are suspects then. They are fed to the next commands in groups, until a group that
/// kills its command is a single record.
struct FailureAttribution {
  /// How the size of groups changes.
  enum Manner {
    /// The command answers each record as it comes, so a group of one costs no more than a line.
    case oneByOne
    /// A group is answered when the command's input ends, so each costs a start: a group that kills
    /// is halved, and one that doesn't is followed by one of twice its size.
    case byHalves
  }

  private struct Suspects {
    /// Behind the last of them.
    var end: Int
    var manner: Manner
    var groupSize: Int
    /// Behind the last of those that may be fed.
    var groupEnd: Int

    mutating func beginGroup(at position: Int) { groupEnd = min(end, position + groupSize) }
  }

  private var suspects: Suspects?

  var hasSuspects: Bool { suspects != nil }

  /// As far as records may be fed while there are suspects.
  var groupEnd: Int? { suspects?.groupEnd }

  /// A command died, owing answers for several records.
  mutating func commandDied(owing records: Range<Int>, count: Int, _ manner: Manner) {
    assert(count > 1)
    var suspects = Suspects(
      end: max(suspects?.end ?? 0, records.upperBound), manner: manner,
      groupSize: manner == .oneByOne ? 1 : count / 2, groupEnd: 0)
    suspects.beginGroup(at: records.lowerBound)
    self.suspects = suspects
  }

  /// All records before a position are answered. A group of which that is true didn't kill.
  mutating func noteAnswers(before position: Int) {
    guard var suspects, position >= suspects.groupEnd else { return }
    if position >= suspects.end {
      self.suspects = nil
      return
    }
    if suspects.manner == .byHalves { suspects.groupSize *= 2 }
    suspects.beginGroup(at: position)
    self.suspects = suspects
  }

  /// A command was given up, and the group is fed again.
  mutating func repeatGroup(from position: Int) { suspects?.beginGroup(at: position) }

  /// The command turns out to answer at the end of its input only.
  mutating func growGroups() { suspects?.manner = .byHalves }

  /// The record has been found, so the others are suspects no more.
  mutating func end() { suspects = nil }
}

/// How often each record has been fed to a command that went without answering it.
struct UnansweredFeeds {
  /// As far as each such command had been fed.
  private var ends: [Int] = []

  func count(of position: Int) -> Int {
    ends.isEmpty ? 0 : ends.count { $0 > position }
  }

  /// A command has gone.
  mutating func add(_ fed: Range<Int>) {
    ends.removeAll { $0 <= fed.lowerBound }
    if !fed.isEmpty { ends.append(fed.upperBound) }
  }
}
