import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords

/// The records a command worker holds, in order: first those that the command has been fed and owes
/// an answer for, then those that are still to be fed.
///
/// Positions count records since the worker began.
final class FeedQueue {
  private var batches = HeldBatches()
  /// The first batch, which the next answer belongs to: kept here, where it is read at least cost.
  private var front: HeldBatches.Entry?
  private var early = EarlyAnswers()
  private var attribution = FailureAttribution()
  private var unansweredFeeds = UnansweredFeeds()
  /// Records that can't be put into words for the command, by position.
  private var unfeedable: [Int: RecordException] = [:]
  private var progress = FeedProgress()

  private let form: FeedForm
  /// Finds records by what their answers hold, where they are paired so.
  private let matches: MatchIndex?
  private let onFinished: (RecordBatch) -> Void

  /// - Parameter onFinished: is given each batch when its last record has been answered.
  init(
    _ form: FeedForm, match: MatchRule? = nil,
    onFinished: @escaping (RecordBatch) -> Void = { _ in }
  ) {
    self.form = form
    matches = match.map(MatchIndex.init)
    self.onFinished = onFinished
  }

  func add(_ batch: RecordBatch) {
    batches.add(batch)
    if front == nil { front = batches.first }
  }

  var furthestFed: Int { progress.furthestFed }
  var owed: Int { progress.owed }
  var answerCount: Int { progress.answerCount }
  /// The first record not answered.
  var answerPosition: Int { progress.answered }
  private var feedPosition: Int { progress.fed }

  var isEmpty: Bool { progress.answered == batches.end }
  /// Whether there are records that have not been fed.
  var hasUnfed: Bool { feedPosition < batches.end }
  /// Whether a record can be fed now.
  var canFeed: Bool { feedPosition < feedLimit }
  private var feedLimit: Int { attribution.groupEnd ?? batches.end }

  /// Lets go of the records that have never been fed.
  func dropUnfed() { batches.cut(at: furthestFed) }

  // MARK: The next record

  /// The record that the next answer belongs to.
  var next: (batch: RecordBatch, record: Int)? {
    front.map { ($0.batch, answerPosition + $0.offset) }
  }

  /// Which try the next record is at: how often it was fed to a command, in all.
  var nextAttempt: Int { front.map { attempt(of: answerPosition, in: $0.batch) } ?? 1 }

  private func attempt(of position: Int, in batch: RecordBatch) -> Int {
    batch.attempt + unansweredFeeds.count(of: position)
  }

  /// The next record, where feeding has passed it by.
  var nextRefused: (batch: RecordBatch, record: Int, reason: FeedRefusal)? {
    guard answerPosition < feedPosition, let front else { return nil }
    let record = answerPosition + front.offset
    if front.batch.hasProblems, let problem = front.batch.problem(with: record) {
      return (front.batch, record, .problem(problem))
    }
    if !unfeedable.isEmpty, let exception = unfeedable[answerPosition] {
      return (front.batch, record, .exception(exception))
    }
    return nil
  }

  /// Counts the next record as answered.
  /// - Parameter byCommand: it was owed by the command.
  func answerNext(byCommand: Bool) {
    if byCommand { progress.noteAnswers(1) }
    repeat {
      if !unfeedable.isEmpty { unfeedable[answerPosition] = nil }
      progress.moveOn(1)
      if let front, answerPosition == front.end {
        batches.removeFirst()
        self.front = batches.first
        onFinished(front.batch)
      }
    } while early.advance()
    attribution.noteAnswers(before: answerPosition)
  }

  /// Whether the command has all of the next record, where it does not have what is `missing`.
  func hasNext(missing: ByteView) -> Bool {
    guard let (batch, record) = next else { return true }
    return batch.firstTouched(by: missing, among: record..<(record + 1)) > record
  }

  /// Records of one batch that the command has and owes answers for next, one behind the other;
  /// `nil` where each has to be looked at.
  func owedExtent(missing: ByteView) -> (batch: RecordBatch, records: Range<Int>)? {
    guard owed > 0, !attribution.hasSuspects, early.isEmpty, unfeedable.isEmpty,
      let front, !front.batch.hasProblems
    else { return nil }
    let end = min(feedPosition, front.end)
    let records = (answerPosition + front.offset)..<(end + front.offset)
    let limit = front.batch.firstTouched(by: missing, among: records)
    return limit > records.lowerBound ? (front.batch, records.lowerBound..<limit) : nil
  }

  /// Counts the first records of ``owedExtent`` as answered.
  func answerExtent(_ count: Int) {
    guard count > 0 else { return }
    progress.noteAnswers(count - 1)
    progress.moveOn(count - 1)
    answerNext(byCommand: true)
  }

  // MARK: Answers by id, which is a record's position, counted from 1

  /// Which try the record with an id is at.
  func attempt(ofID id: Int, in batch: RecordBatch) -> Int { attempt(of: id - 1, in: batch) }

  /// The record with an id, if the command owes it.
  func owedRecord(_ id: Int) -> (batch: RecordBatch, record: Int)? {
    let position = id - 1
    guard progress.unanswered.contains(position),
      !isAnswered(position), let entry = batches.entry(of: position)
    else { return nil }
    let record = position + entry.offset
    guard entry.batch.problem(with: record) == nil, unfeedable[position] == nil else { return nil }
    return (entry.batch, record)
  }

  /// The id of the record that an answer matches, among those that the command owes answers for.
  func id(matching answer: ByteView) -> Int? {
    matches?.forget(before: answerPosition)
    return matches?.position(for: answer, among: progress.unanswered) { position in
      owedRecord(position + 1).map { $0.batch.bytes(of: $0.record) }
    }.map { $0 + 1 }
  }

  func wasAnswered(_ id: Int) -> Bool { id > 0 && id <= feedPosition && isAnswered(id - 1) }

  private func isAnswered(_ position: Int) -> Bool {
    position < answerPosition || early.contains(position - answerPosition)
  }

  /// Counts a record that the command owes as answered.
  func answer(_ id: Int) {
    matches?.remove(id - 1)
    let distance = id - 1 - answerPosition
    if distance <= 0 { return answerNext(byCommand: true) }
    early.insert(distance)
    progress.noteAnswers(1)
  }

  // MARK: Feeding

  private static let pieceSize = 64 << 10

  /// Moves on to the next bytes for the command; `nil` where there is nothing to be fed.
  ///
  /// They lie in the batch where it has them as they are to be fed; else they are put together in
  /// `scratch`.
  /// - Parameter allowance: the most records that the command may owe answers for.
  func nextBytes(_ scratch: inout ByteBuffer, allowance: Int = .max) -> ByteView? {
    while feedPosition < feedLimit, let entry = batches.entry(of: feedPosition) {
      if isPassedBy(feedPosition, entry) {
        progress.feed(to: feedPosition + 1, owing: 0)
        continue
      }
      guard owed < allowance else { break }
      let most = allowance == .max ? Int.max : feedPosition + allowance - owed
      let limit = min(entry.end, feedLimit, most)
      if let bytes = bytesAsTheyAre(upTo: limit, entry) { return bytes }
      let end = fill(&scratch, upTo: limit, entry)
      let count = end - feedPosition
      // A record that can't be put into words is passed by.
      progress.feed(to: max(end, feedPosition + 1), owing: count)
      if count > 0 { return scratch.view }
    }
    return nil
  }

  /// A line that is no JSON is not fed, nor is a record that was answered before its command died.
  private func isPassedBy(_ position: Int, _ entry: HeldBatches.Entry) -> Bool {
    entry.batch.problem(with: position + entry.offset) != nil || isAnswered(position)
  }

  /// Lines of the batch that are fed as they stand there.
  private func bytesAsTheyAre(upTo limit: Int, _ entry: HeldBatches.Entry) -> ByteView? {
    guard matches == nil else { return nil }
    let (first, offset) = (feedPosition + entry.offset, entry.offset)
    switch form {
    case .text:
      progress.feed(to: limit, owing: limit - feedPosition)
      return entry.batch.lines(from: first, to: limit + offset)
    case .records:
      guard let (bytes, end) = entry.batch.verbatim(from: first, to: limit + offset) else {
        return nil
      }
      progress.feed(to: end - offset, owing: end - first)
      return bytes
    case .envelope, .template: return nil
    }
  }

  /// Puts records into words, from the next on; returns where the first is that was left out.
  private func fill(
    _ scratch: inout ByteBuffer, upTo limit: Int, _ entry: HeldBatches.Entry
  ) -> Int {
    scratch.removeAll()
    let limit = form.isTemplate ? feedPosition + 1 : limit
    var position = feedPosition
    while position < limit, scratch.count < Self.pieceSize, !isPassedBy(position, entry) {
      let record = position + entry.offset
      let attempt = form.isTemplate ? attempt(of: position, in: entry.batch) : 1
      if let refusal = matches?.refusal(of: entry.batch.bytes(of: record), at: position) {
        let tries = self.attempt(of: position, in: entry.batch) - 1
        unfeedable[position] = RecordException(refusal, attempts: tries)
        break
      }
      if let exception = form.append(
        record, of: entry.batch, id: position + 1, attempt: attempt, to: &scratch)
      {
        unfeedable[position] = exception
        break
      }
      position += 1
    }
    return position
  }

  private static let mostCountedUnread = 8

  /// How many of the records fed the command has certainly not begun to read, of a few at the end,
  /// where so many bytes are unread.
  func countUnread(_ bytes: Int) -> Int {
    guard form.hasKnownLengths else { return 0 }
    var (left, position, count) = (bytes, feedPosition, 0)
    while position > answerPosition, left > 0, count < Self.mostCountedUnread {
      position -= 1
      guard let entry = batches.entry(of: position) else { break }
      if isPassedBy(position, entry) { continue }
      left -= entry.batch.fedLength(of: position + entry.offset, asText: form.isText)
      if left >= 0 { count += 1 }
    }
    return count
  }

  // MARK: A command's death

  var hasSuspects: Bool { attribution.hasSuspects }

  /// There are suspects, and the group that is tried is with the command.
  var isGroupFed: Bool { attribution.groupEnd == feedPosition }

  /// The command died with answers owed. What it owed will be fed again, unless only one record can
  /// have been the cause.
  /// - Parameter leftInput: the command answered some records and left before it had read the last
  ///   of its input, so that a single record owed was never begun.
  /// - Returns: whether the next record is the cause.
  func commandDied(_ manner: FailureAttribution.Manner, leftInput: Bool) -> Bool {
    guard owed > 0 else { return false }
    if owed == 1, !leftInput {
      attribution.end()
      return true
    }
    if owed > 1 { attribution.commandDied(owing: progress.unanswered, count: owed, manner) }
    rewind()
    return false
  }

  func growGroups() { attribution.growGroups() }

  /// The command is given up, and no record is the cause: all that it has not answered is for the
  /// next one.
  func takeBack() {
    rewind()
    attribution.repeatGroup(from: answerPosition)
  }

  /// What was fed and not answered is to be fed again.
  private func rewind() {
    unansweredFeeds.add(progress.unanswered)
    progress.rewind()
  }
}
