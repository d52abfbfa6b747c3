/// What is known of a job at some moment: what is done, and what was read and written for that.
package struct JobState: Equatable, Sendable {
  /// How a run came to its end.
  package struct Ending: Equatable, Sendable {
    /// Nothing is left to do; else the rest waits for another run.
    package var isFinished: Bool
    /// The status it exited with.
    package var status: Int
    /// Seconds since 1970.
    package var time: Int

    package init(isFinished: Bool, status: Int, time: Int) {
      self.isFinished = isFinished
      self.status = status
      self.time = time
    }
  }

  /// How far an output is in order: its first lines are, and those behind them.
  package struct PendingOrder: Equatable, Sendable {
    /// The records whose results come first.
    package var records: RecordSet
    /// How many lines those are.
    package var lines: Int
  }

  /// What was read of an input.
  package struct Input: Equatable, Sendable {
    package internal(set) var mark = StreamMark()
    /// It was read to its end, as far as there was one then.
    package internal(set) var isAtEnd = false
  }

  /// The records whose results are out.
  package internal(set) var done = RecordSet()
  /// Those of them that became exceptions.
  package internal(set) var exceptions = RecordSet()
  /// The lines of the output, by their numbers from 0 on, that are exceptions.
  package internal(set) var exceptionLines = RecordSet()
  /// Lines of the output.
  package internal(set) var outputLines = 0
  package internal(set) var output = StreamMark()
  /// The lines of records that failed, where those are kept.
  package internal(set) var failed = StreamMark()
  /// The inputs that were opened, in their order.
  package internal(set) var inputs: [Input] = []
  /// Counts of other things, by name.
  package internal(set) var totals: [String: Int] = [:]
  /// Where the output is to be in the order of the input and is not yet, as records were done again
  /// that had failed.
  package internal(set) var order: PendingOrder?
  /// How the last run ended; `nil` where it is under way, or was cut off.
  package internal(set) var ending: Ending?
  /// The number of the frame that this is the state behind.
  var sequence = 0

  package init() {}
}

/// What has been added to a stream of bytes.
struct StreamChange: Equatable {
  var bytes = 0
  /// The checksums of blocks that have become whole.
  var blocks: [UInt64] = []
  /// The checksum of what is behind those.
  var partial: UInt64 = StreamMark().partial

  /// From a mark to where a digester is now.
  init(from mark: StreamMark, to digester: StreamDigester) {
    bytes = digester.length - mark.length
    blocks = Array(digester.blocks.dropFirst(mark.blocks.count))
    partial = digester.partial
  }

  init(bytes: Int, blocks: [UInt64], partial: UInt64) {
    self.bytes = bytes
    self.blocks = blocks
    self.partial = partial
  }
}

/// What has happened since the last frame.
struct Progress: Equatable {
  /// Records whose results are out, one behind the other in the output. Where there are none, it
  /// is a line that is the result of no record.
  struct Entry: Equatable {
    var records: Range<Int>
    var isException = false
    /// Each has a line in the output.
    var hasLines = true
  }

  struct InputChange: Equatable {
    var file: Int
    var change: StreamChange
    var isAtEnd: Bool
  }

  /// The last frame of which it is known that it is durable, with the output that it tells of.
  var durable = 0
  /// So much may be found behind the end of each before another frame tells of it.
  var ahead = Ahead()
  var output = StreamChange(bytes: 0, blocks: [], partial: StreamMark().partial)
  var failed = StreamChange(bytes: 0, blocks: [], partial: StreamMark().partial)
  var entries: [Entry] = []
  var inputs: [InputChange] = []
  var totals: [String: Int] = [:]

  /// Adds to the entries, or to the last of them.
  mutating func add(_ entry: Entry) {
    if let last = entries.last, !last.records.isEmpty,
      last.records.upperBound == entry.records.lowerBound,
      last.isException == entry.isException, last.hasLines == entry.hasLines
    {
      entries[entries.count - 1].records =
        last.records.lowerBound..<entry.records.upperBound
    } else {
      entries.append(entry)
    }
  }
}

/// How many bytes may be written before a frame tells of them.
struct Ahead: Equatable, Sendable {
  /// It is not known what is to be found.
  static let unlimited = Ahead(output: FieldReader.greatest, failed: FieldReader.greatest)
  var output = 0
  var failed = 0
}

extension StreamMark {
  mutating func apply(_ change: StreamChange) {
    guard change.bytes > 0 else { return }
    advance(to: length + change.bytes, blocks: change.blocks, partial: change.partial)
  }
}

extension JobState {
  mutating func apply(_ progress: Progress) {
    output.apply(progress.output)
    failed.apply(progress.failed)
    for entry in progress.entries {
      done.insert(entry.records)
      if entry.isException { exceptions.insert(entry.records) }
      if entry.hasLines {
        let end = outputLines + max(1, entry.records.count)
        if entry.isException { exceptionLines.insert(outputLines..<end) }
        outputLines = end
      }
    }
    for input in progress.inputs {
      while inputs.count <= input.file { inputs.append(Input()) }
      inputs[input.file].mark.apply(input.change)
      inputs[input.file].isAtEnd = input.isAtEnd
    }
    totals.merge(progress.totals) { $1 }
  }
}
