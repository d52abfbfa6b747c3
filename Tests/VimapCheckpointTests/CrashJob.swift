import VimapBytes

@testable import VimapCheckpoint

/// A job of made-up records, in the place of a pool: it writes results, and says so to a journal.
struct CrashJob {
  var records = 40
  var keepsOrder = false
  /// Exceptions have lines in the output.
  var carriesExceptions = true
  var keepsFailed = true
  /// About how long a line is.
  var width = 40
  /// How many records are under way together.
  var window = 8
  /// How large the journal may become before it is made anew.
  var growth = 600
  /// The last line has no end, and the record of it comes when all others are out.
  var endsWithinLine = false

  /// Something was mended, and most records that failed do not fail any more.
  var isMended = false

  func isException(_ record: Int) -> Bool { record % 7 == 3 && !(isMended && record % 2 == 0) }

  private func filler(_ record: Int) -> String {
    String(repeating: "x", count: (record &* 7919) % (2 * width))
  }

  func result(_ record: Int) -> [UInt8] {
    Array("\(isException(record) ? "failed" : "ok") \(record) \(filler(record))\n".utf8)
  }

  func failedLine(_ record: Int) -> [UInt8] { Array("in \(record)\n".utf8) }

  func input(_ record: Int) -> [UInt8] {
    let isOpen = endsWithinLine && record == records - 1
    return Array("in \(record)\(isOpen ? "" : "\n")".utf8)
  }

  /// The lines of a whole output, in order.
  var wholeOutput: [String] {
    (0..<records).filter { carriesExceptions || !isException($0) }.flatMap { result($0).lines }
  }

  var wholeFailed: [String] {
    keepsFailed ? (0..<records).filter(isException).flatMap { failedLine($0).lines } : []
  }

  static let header = JobHeader(
    identity: 0xFEED, fingerprint: [.init("--format", "object")], output: "out", failed: "failed",
    time: 1)

  /// Begins the job, or goes on with it, and does all that is left to do.
  /// - Parameter retry: records that failed are done again.
  func run(
    on disk: CrashDisk, boot: String, retry: Bool = false,
    _ random: inout some RandomNumberGenerator
  ) throws {
    var state = JobState()
    var older: JobState?
    if let journal = disk.seen["journal"] {
      let recovered = try Recovery.examine(
        journal: journal, output: disk.seen["output"] ?? [], failed: disk.seen["failed"] ?? [],
        boot: boot)
      let retries = retry && !recovered.state.exceptions.isEmpty
      if recovered.state.ending?.isFinished == true, !retries { return }
      state = recovered.beforeLastLine ?? recovered.state
      if retries {
        let known = state
        let kept = lines(of: known, on: disk) { !known.exceptionLines.contains($0) }
        if !known.exceptionLines.isEmpty || known.order != nil {
          disk.rewriteOutput(kept)
          older = known
        }
        state = known.withoutFailures(output: mark(kept), keepsOrder: keepsOrder)
      }
    }
    // Before the journal, which makes their names durable with its own.
    disk.create("output")
    disk.create("failed")
    func rest(_ name: String, _ mark: StreamMark) -> [UInt8] {
      let name = older != nil && name == "output" ? "output.new" : name
      return Array(
        disk.seen[name]?[..<mark.length].dropFirst(mark.blocks.count * StreamMark.blockSize)
          ?? [])
    }
    let session = Session(process: 1, boot: boot, time: 2, command: ["vimap"])
    let journal = try rest("output", state.output).lend { output in
      try rest("failed", state.failed).lend { failed in
        try Journal(
          Self.header, session, state, on: disk, replacing: older, outputRest: output,
          failedRest: failed, growth: growth)
      }
    }
    try settle(journal, disk)
    if older != nil { disk.putInPlace() }
    disk.truncate("output", to: state.output.length)
    disk.truncate("failed", to: state.failed.length)
    try work(journal, disk, &random)
    try journal.commit(always: true)
    disk.note(.framed(done: journal.state.done))
    try settle(journal, disk)
    let last = try inOrder(journal, session, disk)
    try last.end(JobState.Ending(isFinished: true, status: 0, time: 3))
    try settle(last, disk)
  }

  /// Puts the output in order, where that was left for the end.
  private func inOrder(
    _ journal: Journal, _ session: Session, _ disk: CrashDisk
  ) throws -> Journal {
    let state = journal.state
    guard state.order != nil else { return journal }
    let all = lines(of: state, on: disk) { _ in true }
    guard let ordered = state.inOrder(output: mark(all)) else { return journal }
    disk.rewriteOutput(all)
    let last = try Array(all.dropFirst(ordered.output.blocks.count * StreamMark.blockSize)).lend {
      rest in
      try (disk.seen["failed"] ?? []).lend { failed in
        try Journal(
          Self.header, session, ordered, on: disk, replacing: state, outputRest: rest,
          failedRest: failed, growth: growth)
      }
    }
    try settle(last, disk)
    disk.putInPlace()
    return last
  }

  /// The lines of the output in the order that they are to have.
  private func lines(
    of state: JobState, on disk: CrashDisk, where isWanted: (Int) -> Bool
  ) -> [UInt8] {
    let output = Array(disk.seen["output"]?.prefix(state.output.length) ?? [])
    let lines = output.split(separator: 0x0A).map { Array($0) + [0x0A] }
    guard let order = LineOrder(state) else { return output }
    return order.filter(isWanted).flatMap { lines[$0] }
  }

  private func mark(_ bytes: [UInt8]) -> StreamMark {
    var digester = StreamDigester()
    bytes.lend { digester.add($0) }
    return digester.mark
  }

  /// Waits until all is durable.
  private func settle(_ journal: Journal, _ disk: CrashDisk) throws {
    try journal.sync()
    while disk.isSyncing {
      disk.performSync()
      try journal.synced()
      try journal.sync()
    }
    disk.note(.promise(done: journal.state.done))
  }

  private func work(
    _ journal: Journal, _ disk: CrashDisk, _ random: inout some RandomNumberGenerator
  ) throws {
    let before = journal.state.done
    var next = 0
    var waiting: [Int] = []
    var isMarked = false
    var requested = before
    while next < records || !waiting.isEmpty {
      while next < records, waiting.count < window {
        if endsWithinLine, next == records - 1, !isMarked {
          guard waiting.isEmpty else { break }
          try journal.markProvisional()
          isMarked = true
        }
        input(next).lend { journal.addInput(0, $0) }
        if !before.contains(next) { waiting.append(next) }
        next += 1
      }
      if next == records { journal.endInput(0) }
      guard !waiting.isEmpty else { continue }
      try put(take(&waiting, &random), journal, disk)
      let wasSyncing = disk.isSyncing
      if Int.random(in: 0..<5, using: &random) == 0 { try journal.sync() }
      if !wasSyncing, disk.isSyncing { requested = journal.state.done }
      if disk.isSyncing, Int.random(in: 0..<3, using: &random) == 0 {
        disk.performSync()
        try journal.synced()
        // What was written when it was asked for is promised, and that is less than what is done.
        disk.note(.promise(done: requested))
        requested = journal.state.done
      }
    }
  }

  /// The records whose results come next.
  private func take(
    _ waiting: inout [Int], _ random: inout some RandomNumberGenerator
  ) -> [Int] {
    let count = Int.random(in: 1...waiting.count, using: &random)
    if !keepsOrder { waiting.shuffle(using: &random) }
    defer { waiting.removeFirst(count) }
    return Array(waiting.prefix(count))
  }

  private func put(_ records: [Int], _ journal: Journal, _ disk: CrashDisk) throws {
    let lines = records.map { isException($0) && !carriesExceptions ? nil : result($0) }
    let failed = keepsFailed ? records.filter(isException).flatMap(failedLine) : []
    let bytes = lines.compactMap(\.self).flatMap(\.self)
    try journal.announce(output: bytes.count)
    try journal.announce(failed: failed.count)
    if !failed.isEmpty {
      disk.append(failed, to: "failed")
      failed.lend { journal.addFailed($0) }
    }
    // As a sink does, which is not always taken all of at once.
    let half = bytes.count / 2
    disk.append(Array(bytes[..<half]), to: "output")
    disk.append(Array(bytes[half...]), to: "output")
    for (record, line) in zip(records, lines) {
      let range = record..<record + 1
      if let line {
        line.lend { journal.add(range, isException: isException(record), lines: $0) }
      } else {
        journal.add(range, isException: isException(record), lines: nil)
      }
    }
    try journal.commit()
    disk.note(.framed(done: journal.state.done))
  }
}
