import VimapBytes

/// Why a checkpoint can't be gone on from.
package enum CheckpointProblem: Error, Equatable, Sendable {
  /// It is another kind of file.
  case notACheckpoint
  /// It was written by a later version.
  case unknownVersion
  /// It is not what was written: from this byte on, and no crash explains that.
  case damaged(offset: Int)
  /// A file that was written ends before this byte, which it has had.
  case short(Stream, length: Int, expected: Int)
  /// A file that was written has bytes that nobody wrote who writes down what is written.
  case long(Stream, length: Int, expected: Int)
  /// Somewhere in these bytes a file is not what was written.
  case changed(Stream, bytes: Range<Int>)

  package enum Stream: Sendable {
    case output, failed
  }
}

/// The frames of a journal, as far as they are whole.
struct JournalReading {
  struct Entry {
    var frame: Frame
    var sequence: Int
  }

  private(set) var header: JobHeader
  private(set) var entries: [Entry] = []
  /// All up to this frame was durable, with the output that it tells of.
  private(set) var durable: Int
  /// All of the file is frames.
  private(set) var isWhole = true

  init(_ bytes: ByteView) throws(CheckpointProblem) {
    let title = ByteView(Frame.title)
    guard bytes.head(title.count) == title else {
      let known = ByteView(Frame.anyTitle)
      if bytes.isEmpty || title.head(bytes.count) == bytes { throw .damaged(offset: 0) }
      if bytes.head(known.count) == known { throw .unknownVersion }
      throw .notACheckpoint
    }
    var place = title.count
    guard let first = Frame.read(bytes.slice(place), identity: nil),
      case .header(let header) = first.frame
    else { throw .damaged(offset: place) }
    self.header = header
    durable = first.sequence
    place += first.length
    var last = first.sequence - 1
    while let next = Frame.read(bytes.slice(place), identity: header.identity),
      next.sequence == last + 1, Self.isExpected(next.frame, at: entries.count)
    {
      last = next.sequence
      place += next.length
      entries.append(Entry(frame: next.frame, sequence: last))
      noteDurable(next)
    }
    // What a file begins with is durable before it has its name.
    guard entries.count >= 1 else { throw .damaged(offset: place) }
    isWhole = place == bytes.count
    try lookBehind(place, in: bytes, last: last)
  }

  /// A snapshot is what a file begins with, and nowhere else.
  private static func isExpected(_ frame: Frame, at place: Int) -> Bool {
    switch frame {
    case .snapshot: place == 0
    case .replacing: place == 1
    case .header: false
    case .session, .progress, .ending, .provisional: place > 0
    }
  }

  private mutating func noteDurable(_ found: Frame.Found) {
    switch found.frame {
    case .progress(let progress): durable = max(durable, progress.durable)
    // Is written when all before it is durable.
    case .ending: durable = max(durable, found.sequence - 1)
    case .header, .session, .snapshot, .replacing, .provisional: break
    }
  }

  /// What a crash has torn may be followed by what it has not. But where that says that what is
  /// torn was durable, it was no crash.
  private mutating func lookBehind(
    _ end: Int, in bytes: ByteView, last: Int
  ) throws(CheckpointProblem) {
    var place = end
    while let next = Frame.nextMarker(in: bytes, from: place) {
      guard let found = Frame.read(bytes.slice(next), identity: header.identity) else {
        place = next + 1
        continue
      }
      noteDurable(found)
      place = next + found.length
    }
    if durable > last { throw .damaged(offset: end) }
  }
}
