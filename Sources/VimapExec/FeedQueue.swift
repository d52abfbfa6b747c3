import DequeModule
import VimapBytes
import VimapKit

/// The records a command worker holds, in order: those answered and gone, those the command has
/// been fed and owes an answer for, those still to be fed.
///
/// Positions count records since the worker began. When a command dies, the ones it owed become
/// suspects: they are fed again in small groups, until the one that kills is alone.
struct FeedQueue {
  private struct Entry {
    let batch: RecordBatch
    let start: Int
    var end: Int { start + batch.records.count }
  }

  private var entries: Deque<Entry> = []
  /// The first record not answered.
  private(set) var answerPosition = 0
  /// The first record not fed.
  private(set) var feedPosition = 0
  private var endPosition = 0
  /// As far as records have ever been fed.
  private(set) var furthestFed = 0
  /// Records among those fed that are valid, and so will be answered by the command.
  private(set) var owed = 0

  /// Where the suspects end; `nil` where there are none.
  private(set) var suspectEnd: Int?
  private var groupSize = 1
  private var groupEnd = 0

  var isEmpty: Bool { answerPosition == endPosition }

  /// Whether a record can be fed now.
  var canFeed: Bool { feedPosition < feedLimit }

  /// While suspects are tried, no more than a group is fed at a time.
  private var feedLimit: Int { suspectEnd == nil ? endPosition : groupEnd }

  /// Suspects are being tried, and the group is with the command.
  var isGroupFed: Bool { suspectEnd != nil && feedPosition == groupEnd }

  mutating func add(_ batch: RecordBatch) {
    let entry = Entry(batch: batch, start: endPosition)
    guard entry.end > entry.start else { return }
    endPosition = entry.end
    entries.append(entry)
  }

  /// The record that the next answer belongs to.
  var next: (batch: RecordBatch, record: Int)? {
    guard answerPosition < endPosition, let entry = entries.first else { return nil }
    return (entry.batch, entry.batch.records.lowerBound + answerPosition - entry.start)
  }

  /// Whether the next record to be answered has been passed by, fed or found to be no JSON.
  var isNextDue: Bool { answerPosition < feedPosition }

  /// Counts the next record as answered; the batch comes back when it was the last of it.
  /// - Parameter byCommand: it was owed by the command.
  mutating func answerNext(byCommand: Bool) -> RecordBatch? {
    answerPosition += 1
    if byCommand { owed -= 1 }
    if let end = suspectEnd, answerPosition >= end { suspectEnd = nil }
    if suspectEnd != nil, answerPosition == groupEnd { beginGroup() }
    guard let first = entries.first, answerPosition == first.end else { return nil }
    entries.removeFirst()
    return first.batch
  }

  // MARK: Feeding

  /// Moves on to the next bytes for the command. `nil` where there is nothing to be fed.
  ///
  /// They lie in the batch where it has them as they are to be fed; else they are put together in
  /// `scratch`.
  mutating func nextBytes(_ scratch: inout ByteBuffer) -> ByteView? {
    while feedPosition < feedLimit, let entry = entryToFeed {
      let batch = entry.batch
      let offset = batch.records.lowerBound - entry.start
      let record = feedPosition + offset
      let limit = min(entry.end, feedLimit) + offset
      if batch.problem(with: record) != nil {
        feedPosition += 1
        continue
      }
      if let (bytes, end) = batch.verbatim(from: record, to: limit) {
        advance(to: end - offset, owing: end - record)
        return bytes
      }
      scratch.removeAll()
      var end = record
      while end < limit, scratch.count < Self.pieceSize, batch.problem(with: end) == nil {
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

  private static let pieceSize = 64 << 10

  private var entryToFeed: Entry? {
    entries.first { feedPosition < $0.end }
  }

  private mutating func advance(to position: Int, owing count: Int) {
    feedPosition = position
    owed += count
    furthestFed = max(furthestFed, position)
  }

  // MARK: Suspects

  /// The command died with answers owed. `true` where only one record can have been the cause;
  /// otherwise what it owed will be fed again in groups.
  ///
  /// - Parameter oneByOne: the command answers each record as it comes, so that a group of one
  ///   costs no more than a line; else groups are halved, since each of them costs a start.
  mutating func commandDied(oneByOne: Bool) -> Bool {
    guard owed > 1 else { return owed == 1 }
    suspectEnd = max(suspectEnd ?? 0, feedPosition)
    groupSize = oneByOne ? 1 : owed / 2
    feedPosition = answerPosition
    owed = 0
    beginGroup()
    return false
  }

  private mutating func beginGroup() {
    groupEnd = min(suspectEnd ?? 0, answerPosition + groupSize)
  }
}
