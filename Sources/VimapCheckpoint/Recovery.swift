import VimapBytes

/// Finds out from where a job can go on: given its journal, and then all that its output and its
/// lines that failed hold. Nothing is changed for that.
package struct Recovery {
  private let reading: JournalReading
  private var output = StreamCheck()
  private var failed = StreamCheck()
  /// For each mark, where its frame is.
  private var marks: [Int] = []
  /// What there may be instead, while another output is to take its place.
  private var older: Older?

  private struct Older {
    let state: JobState
    var output = StreamCheck()
    var failed = StreamCheck()

    init(_ state: JobState) {
      self.state = state
      output.expect(state.output)
      failed.expect(state.failed)
    }

    var agrees: Bool { output.agreeing == 1 && failed.agreeing == 1 }
  }

  /// - Parameter journal: all of the file.
  package init(journal: ByteView) throws(CheckpointProblem) {
    reading = try JournalReading(journal)
    for (number, entry) in reading.entries.enumerated() {
      switch entry.frame {
      case .snapshot(let state):
        output.expect(state.output)
        failed.expect(state.failed)
      case .progress(let progress):
        output.expect(progress.output)
        failed.expect(progress.failed)
      case .replacing(let state):
        older = Older(state)
        continue
      case .header, .session, .ending, .provisional: continue
      }
      marks.append(number)
    }
  }

  /// What the job is.
  package var header: JobHeader { reading.header }

  /// The last run of it.
  package var session: Session? {
    for entry in reading.entries.reversed() {
      if case .session(let session) = entry.frame { return session }
    }
    return nil
  }

  /// What the journal says, whatever the output holds.
  package var claimed: JobState { replay(reading.entries.count).state }

  /// Takes the output, from its first byte on.
  package mutating func add(output bytes: ByteView) {
    output.add(bytes)
    older?.output.add(bytes)
  }
  /// Takes the lines that failed, from their first byte on.
  package mutating func add(failed bytes: ByteView) {
    failed.add(bytes)
    older?.failed.add(bytes)
  }

  /// So much of the output wants to be looked at.
  package var outputEnd: Int { max(output.end, older?.output.end ?? 0) }
  /// So much of the lines that failed wants to be looked at.
  package var failedEnd: Int { max(failed.end, older?.failed.end ?? 0) }

  /// Where the job can go on.
  /// - Parameters:
  ///   - outputLength: how long the output is; 0 where there is none.
  ///   - boot: what tells this start of the machine from others.
  package func conclude(
    outputLength: Int, failedLength: Int, boot: String
  ) throws(CheckpointProblem) -> Recovered {
    let agreeing = min(output.agreeing, failed.agreeing)
    let needed = marks.prefix { reading.entries[$0].sequence <= reading.durable }.count
    if agreeing == 0, let older, older.agrees {
      var recovered = Recovered(header: header, state: older.state)
      // Numbers of frames are not to come again.
      recovered.state.sequence = reading.entries.last?.sequence ?? 0
      return recovered
    }
    if agreeing < needed {
      throw output.agreeing < needed
        ? problem(output, .output, length: outputLength, needed: needed)
        : problem(failed, .failed, length: failedLength, needed: needed)
    }
    let end = agreeing < marks.count ? marks[agreeing] : reading.entries.count
    var recovered = replay(end)
    recovered.header = header
    let isUncut = agreeing == marks.count && reading.isWhole
    try checkTail(
      .output, length: outputLength, recovered.state.output.length, recovered.state,
      limit: isUncut && session?.boot == boot ? recovered.ahead.output : nil)
    try checkTail(
      .failed, length: failedLength, recovered.state.failed.length, recovered.state,
      limit: isUncut && session?.boot == boot ? recovered.ahead.failed : nil)
    return recovered
  }

  private func problem(
    _ check: StreamCheck, _ stream: CheckpointProblem.Stream, length: Int, needed: Int
  ) -> CheckpointProblem {
    if let difference = check.difference { return .changed(stream, bytes: difference) }
    return .short(stream, length: length, expected: check.lengths[needed - 1])
  }

  /// What is behind the place to go on from is there because a run was cut off, or somebody else
  /// has put it there.
  private func checkTail(
    _ stream: CheckpointProblem.Stream, length: Int, _ known: Int, _ state: JobState, limit: Int?
  ) throws(CheckpointProblem) {
    let limit = state.ending == nil ? limit : 0
    guard let limit, length - known > limit else { return }
    throw .long(stream, length: length, expected: known)
  }

  /// The state behind so many frames.
  private func replay(_ count: Int) -> Recovered {
    var state = JobState()
    var recovered = Recovered(header: header, state: state)
    recovered.ahead = .unlimited
    for entry in reading.entries.prefix(count) {
      switch entry.frame {
      case .header, .replacing: break
      case .session:
        state.ending = nil
        recovered.beforeLastLine = nil
      case .snapshot(let all): state = all
      case .progress(let progress):
        state.apply(progress)
        recovered.ahead = progress.ahead
      case .ending(let ending): state.ending = ending
      case .provisional: recovered.beforeLastLine = state
      }
      state.sequence = entry.sequence
    }
    recovered.state = state
    return recovered
  }
}

/// From where a job can go on.
package struct Recovered: Sendable {
  package internal(set) var header: JobHeader
  package internal(set) var state: JobState
  /// The state to go on from instead where the last line of the input, which had no end, has turned
  /// out to be longer.
  package internal(set) var beforeLastLine: JobState?
  var ahead = Ahead()
}

extension StreamCheck {
  mutating func expect(_ mark: StreamMark) {
    expect(length: mark.length, more: mark.blocks, partial: mark.partial)
  }

  mutating func expect(_ change: StreamChange) {
    let unchanged = change.bytes == 0
    expect(
      length: end + change.bytes, more: change.blocks,
      partial: unchanged ? lastPartial : change.partial)
  }
}
