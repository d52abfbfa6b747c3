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

  func isException(_ record: Int) -> Bool { record % 7 == 3 }

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
  func run(
    on disk: CrashDisk, boot: String, _ random: inout some RandomNumberGenerator
  ) throws {
    var state = JobState()
    if let journal = disk.seen["journal"] {
      let recovered = try Recovery.examine(
        journal: journal, output: disk.seen["output"] ?? [], failed: disk.seen["failed"] ?? [],
        boot: boot)
      if recovered.state.ending?.isFinished == true { return }
      state = recovered.beforeLastLine ?? recovered.state
    }
    // Before the journal, which makes their names durable with its own.
    disk.create("output")
    disk.create("failed")
    func rest(_ name: String, _ mark: StreamMark) -> [UInt8] {
      Array(
        disk.seen[name]?[..<mark.length].dropFirst(mark.blocks.count * StreamMark.blockSize)
          ?? [])
    }
    let session = Session(process: 1, boot: boot, time: 2, command: ["vimap"])
    let journal = try rest("output", state.output).lend { output in
      try rest("failed", state.failed).lend { failed in
        try Journal(
          Self.header, session, state, on: disk, outputRest: output, failedRest: failed,
          growth: growth)
      }
    }
    try settle(journal, disk)
    disk.truncate("output", to: state.output.length)
    disk.truncate("failed", to: state.failed.length)
    try work(journal, disk, &random)
    try journal.commit(always: true)
    disk.note(.framed(done: journal.state.done))
    try settle(journal, disk)
    try journal.end(JobState.Ending(isFinished: true, status: 0, time: 3))
    try settle(journal, disk)
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
