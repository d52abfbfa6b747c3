import DequeModule
import VimapBytes
import VimapJSON
import VimapKit

/// The records a command worker holds, in order: those answered and gone, those the command has
/// been fed and owes an answer for, those still to be fed.
///
/// Positions count records since the worker began. When a command dies, the ones it owed become
/// suspects: they are fed again in small groups, until the one that kills is alone.
final class FeedQueue {
  private struct Entry {
    let batch: RecordBatch
    let start: Int
    let end: Int
  }

  private var entries: Deque<Entry> = []
  /// The batch that answers belong to, and what to add to a position to get its record.
  private var answering: (batch: RecordBatch, offset: Int, end: Int)?
  /// Given each batch when its last record has been answered.
  var onFinished: (RecordBatch) -> Void = { _ in }
  /// Whether the records behind ``answerPosition`` have been answered before their turn.
  private var early: Deque<Bool> = []
  /// The first record not answered.
  private(set) var answerPosition = 0
  /// The first record not fed; never one that has been answered.
  private(set) var feedPosition = 0
  private var endPosition = 0
  /// As far as records have ever been fed.
  private(set) var furthestFed = 0
  /// Records among those fed that are valid, and so will be answered by the command.
  private(set) var owed = 0

  /// How many records the command has answered.
  private(set) var answerCount = 0

  /// Where the suspects end; `nil` where there are none.
  private(set) var suspectEnd: Int?
  private var groupSize = 1
  private var isOneByOne = false
  private var groupEnd = 0

  /// Most records that the command may owe answers for; beyond that nothing is fed.
  var allowance = Int.max
  /// As far as each command had been fed that went without answering everything.
  private var abandonedFeeds: [Int] = []
  /// Records that can't be put into words for the command, by position.
  private var unfeedable: [Int: RecordException] = [:]

  private let form: FeedForm
  /// Finds records by what their answers hold, where they are paired so.
  private let matches: MatchIndex?

  init(_ form: FeedForm, match: MatchRule? = nil) {
    self.form = form
    matches = match.map(MatchIndex.init)
  }

  var isEmpty: Bool { answerPosition == endPosition }

  /// Whether a record can be fed now.
  var canFeed: Bool { feedPosition < feedLimit }

  /// While suspects are tried, no more than a group is fed at a time.
  private var feedLimit: Int { suspectEnd == nil ? endPosition : groupEnd }

  /// Suspects are being tried, and the group is with the command.
  var isGroupFed: Bool { suspectEnd != nil && feedPosition == groupEnd }

  func add(_ batch: RecordBatch) {
    let entry = Entry(
      batch: batch, start: endPosition, end: endPosition + batch.records.count)
    guard entry.end > entry.start else { return }
    endPosition = entry.end
    entries.append(entry)
    if entries.count == 1 { beginAnswering() }
  }

  private func beginAnswering() {
    answering = entries.first.map {
      ($0.batch, $0.batch.records.lowerBound - $0.start, $0.end)
    }
  }

  /// The record that the next answer belongs to.
  var next: (batch: RecordBatch, record: Int)? {
    guard let answering else { return nil }
    return (answering.batch, answerPosition + answering.offset)
  }

  /// Why a record was passed by.
  enum Refusal {
    /// It is no JSON.
    case problem(JSONProblem)
    /// It can't be put into words for the command.
    case exception(RecordException)
  }

  /// The next record, where it has been passed by.
  var nextRefused: (batch: RecordBatch, record: Int, reason: Refusal)? {
    guard answerPosition < feedPosition, let answering else { return nil }
    let record = answerPosition + answering.offset
    if answering.batch.hasProblems, let problem = answering.batch.problem(with: record) {
      return (answering.batch, record, .problem(problem))
    }
    if !unfeedable.isEmpty, let exception = unfeedable[answerPosition] {
      return (answering.batch, record, .exception(exception))
    }
    return nil
  }

  private func isRefused(_ position: Int, _ record: Int, of batch: RecordBatch) -> Bool {
    batch.problem(with: record) != nil || (!unfeedable.isEmpty && unfeedable[position] != nil)
  }

  /// Which try the next record is at: how often it was fed to a command, in all.
  var nextAttempt: Int {
    guard let answering else { return 1 }
    return attempt(of: answerPosition, in: answering.batch)
  }

  /// Which try the record with an id is at.
  func attempt(ofID id: Int, in batch: RecordBatch) -> Int { attempt(of: position(id), in: batch) }

  private func attempt(of position: Int, in batch: RecordBatch) -> Int {
    batch.attempt + abandonedFeeds.count { $0 > position }
  }

  /// Counts the next record as answered.
  /// - Parameter byCommand: it was owed by the command.
  func answerNext(byCommand: Bool) {
    if byCommand { noteAnswer() }
    repeat {
      if !unfeedable.isEmpty { unfeedable[answerPosition] = nil }
      answerPosition += 1
      if let answering, answerPosition == answering.end {
        entries.removeFirst()
        beginAnswering()
        onFinished(answering.batch)
      }
    } while early.popFirst() == true
    feedPosition = max(feedPosition, answerPosition)
    furthestFed = max(furthestFed, feedPosition)
    guard let end = suspectEnd else { return }
    if answerPosition >= end {
      suspectEnd = nil
    } else if answerPosition >= groupEnd {
      // The group is innocent: try more of them at once.
      if !isOneByOne { groupSize *= 2 }
      beginGroup()
    }
  }

  /// Records of one batch that the command owes answers for next, one behind the other; `nil` where
  /// each has to be looked at.
  var owedRow: (batch: RecordBatch, records: Range<Int>)? {
    guard owed > 0, suspectEnd == nil, early.isEmpty, unfeedable.isEmpty, let answering,
      !answering.batch.hasProblems
    else { return nil }
    let end = min(feedPosition, answering.end)
    return (
      answering.batch, (answerPosition + answering.offset)..<(end + answering.offset)
    )
  }

  /// Counts records of ``owedRow`` as answered.
  func answerRow(_ count: Int) {
    guard count > 0 else { return }
    answerPosition += count - 1
    owed -= count - 1
    answerCount += count - 1
    answerNext(byCommand: true)
  }

  private func noteAnswer() {
    owed -= 1
    answerCount += 1
  }

  // MARK: Answers by id

  /// In an envelope a record goes by its position, counted from 1.
  private func position(_ id: Int) -> Int { id - 1 }

  /// The record with an id, if the command owes it.
  func owedRecord(_ id: Int) -> (batch: RecordBatch, record: Int)? {
    let position = position(id)
    guard position >= answerPosition, position < feedPosition, !isAnswered(position),
      let entry = entry(of: position)
    else { return nil }
    let record = position + entry.batch.records.lowerBound - entry.start
    return isRefused(position, record, of: entry.batch) ? nil : (entry.batch, record)
  }

  /// The id of the record that an answer matches, among those that the command owes answers for.
  func id(matching answer: ByteView) -> Int? {
    matches?.forget(before: answerPosition)
    return matches?.position(for: answer, among: answerPosition..<feedPosition) { position in
      owedRecord(position + 1).map { $0.batch.bytes(of: $0.record) }
    }.map { $0 + 1 }
  }

  /// Notes what the answer to a record is to hold; `false`, and the record is refused, where it
  /// holds no such thing.
  private func noteMatch(_ position: Int, _ record: Int, of batch: RecordBatch) -> Bool {
    guard let matches, !matches.note(batch.bytes(of: record), at: position) else { return true }
    unfeedable[position] = RecordException(
      .missingField(path: matches.rule.record.description),
      attempts: attempt(of: position, in: batch) - 1)
    return false
  }

  func wasAnswered(_ id: Int) -> Bool {
    id > 0 && position(id) < feedPosition && isAnswered(position(id))
  }

  private func isAnswered(_ position: Int) -> Bool {
    let place = position - answerPosition - 1
    return position < answerPosition || (early.indices.contains(place) && early[place])
  }

  /// Counts a record that the command owes as answered.
  func answer(_ id: Int) {
    matches?.remove(position(id))
    let place = position(id) - answerPosition - 1
    if place < 0 { return answerNext(byCommand: true) }
    while early.count <= place { early.append(false) }
    early[place] = true
    noteAnswer()
  }

  /// Puts records into envelopes, from one on, and moves on behind them.
  private func fillEnvelopes(
    _ scratch: inout ByteBuffer, from position: Int, of entry: Entry
  ) {
    scratch.removeAll()
    var count = 0
    var end = position
    while end < min(entry.end, feedLimit), scratch.count < Self.pieceSize,
      owed + count < allowance
    {
      let record = end + entry.batch.records.lowerBound - entry.start
      if entry.batch.problem(with: record) != nil || isAnswered(end) { break }
      end += 1
      count += 1
      scratch.append("{\"id\":")
      scratch.append(decimal: end)
      scratch.append(",\"in\":")
      scratch.append(entry.batch.bytes(of: record))
      scratch.append("}\n")
    }
    advance(to: end, owing: count)
  }

  // MARK: Feeding

  /// Moves on to the next bytes for the command. `nil` where there is nothing to be fed.
  ///
  /// They lie in the batch where it has them as they are to be fed; else they are put together in
  /// `scratch`.
  func nextBytes(_ scratch: inout ByteBuffer) -> ByteView? {
    while feedPosition < feedLimit, let entry = entry(of: feedPosition) {
      let batch = entry.batch
      let offset = batch.records.lowerBound - entry.start
      let record = feedPosition + offset
      // What was answered before its command died is not fed again.
      if batch.problem(with: record) != nil || isAnswered(feedPosition) {
        feedPosition += 1
        continue
      }
      guard owed < allowance else { break }
      guard noteMatch(feedPosition, record, of: batch) else {
        advance(to: feedPosition + 1, owing: 0)
        continue
      }
      let most = allowance == .max ? Int.max : feedPosition + allowance - owed
      let limit = min(entry.end, feedLimit, most) + offset
      switch form {
      case .envelope:
        fillEnvelopes(&scratch, from: feedPosition, of: entry)
        return scratch.view
      case .template(let template):
        if fill(&scratch, with: template, record, of: batch) { return scratch.view }
        continue
      case .text:
        advance(to: limit - offset, owing: limit - record)
        return batch.lines(from: record, to: limit)
      case .records: break
      }
      if matches == nil, let (bytes, end) = batch.verbatim(from: record, to: limit) {
        advance(to: end - offset, owing: end - record)
        return bytes
      }
      scratch.removeAll()
      var end = record
      while end < limit, scratch.count < Self.pieceSize, batch.problem(with: end) == nil,
        !isAnswered(end - offset), noteMatch(end - offset, end, of: batch)
      {
        scratch.append(batch.bytes(of: end))
        scratch.append(0x0A)
        end += 1
      }
      advance(to: end - offset, owing: end - record)
      return scratch.view
    }
    furthestFed = max(furthestFed, feedPosition)
    return nil
  }

  /// Puts one record into words; `false`, and the record is refused, where that can't be done.
  private func fill(
    _ scratch: inout ByteBuffer, with template: FeedTemplate, _ record: Int, of batch: RecordBatch
  ) -> Bool {
    scratch.removeAll()
    let attempt = attempt(of: feedPosition, in: batch)
    if let exception = template.fill(&scratch, record, of: batch, attempt: attempt) {
      unfeedable[feedPosition] = exception
      advance(to: feedPosition + 1, owing: 0)
      return false
    }
    advance(to: feedPosition + 1, owing: 1)
    return true
  }

  /// How many of the records that the command was fed it has certainly not begun to read, where so
  /// many bytes of what it was fed are unread.
  func countUnread(_ bytes: Int) -> Int {
    let isText: Bool
    switch form {
    case .records: isText = false
    case .text: isText = true
    case .envelope, .template: return 0
    }
    var left = bytes
    var position = feedPosition
    var count = 0
    while position > answerPosition, left > 0, count < Self.mostCountedUnread {
      position -= 1
      guard let entry = entry(of: position) else { break }
      let record = position + entry.batch.records.lowerBound - entry.start
      if entry.batch.problem(with: record) != nil || isAnswered(position) { continue }
      left -= entry.batch.fedLength(of: record, asText: isText)
      if left >= 0 { count += 1 }
    }
    return count
  }

  private static let mostCountedUnread = 8
  private static let pieceSize = 64 << 10

  /// The entry that a position is in. There can be many, behind a record that is answered late.
  private func entry(of position: Int) -> Entry? {
    var range = entries.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if position < entries[middle].end {
        range = range.lowerBound..<middle
      } else {
        range = (middle + 1)..<range.upperBound
      }
    }
    guard range.lowerBound < entries.count, position >= entries[range.lowerBound].start else {
      return nil
    }
    return entries[range.lowerBound]
  }

  private func advance(to position: Int, owing count: Int) {
    feedPosition = position
    owed += count
    furthestFed = max(furthestFed, position)
  }

  /// Lets go of the records that have never been fed.
  func dropUnfed() { endPosition = furthestFed }

  /// Whether there are records that have not been fed.
  var hasUnfed: Bool { feedPosition < endPosition }

  // MARK: Suspects

  /// The command died with answers owed. `true` where only one record can have been the cause;
  /// otherwise what it owed will be fed again in groups.
  ///
  /// - Parameter oneByOne: the command answers each record as it comes, so that a group of one
  ///   costs no more than a line; else groups are halved, since each of them costs a start.
  /// - Parameter leftInput: the command answered some records and left before it had read the last
  ///   of its input, so that a single record owed was never begun.
  func commandDied(oneByOne: Bool, leftInput: Bool) -> Bool {
    guard owed > 0 else { return false }
    if owed == 1 {
      if leftInput {
        rewind()
        return false
      }
      // With the guilty one found, the others are suspects no more.
      suspectEnd = nil
      return true
    }
    suspectEnd = max(suspectEnd ?? 0, feedPosition)
    isOneByOne = oneByOne
    groupSize = oneByOne ? 1 : owed / 2
    rewind()
    beginGroup()
    return false
  }

  /// A group is answered at the end of the input only, so that each costs a start.
  func growGroups() { isOneByOne = false }

  /// What was fed and not answered counts as not fed.
  private func rewind() {
    abandonedFeeds.removeAll { $0 <= answerPosition }
    if feedPosition > answerPosition { abandonedFeeds.append(feedPosition) }
    feedPosition = answerPosition
    owed = 0
  }

  /// The command is given up without a suspicion: all but what it answered is for the next one.
  func takeBack() {
    rewind()
    if suspectEnd != nil { beginGroup() }
  }

  private func beginGroup() {
    groupEnd = min(suspectEnd ?? 0, answerPosition + groupSize)
  }
}
