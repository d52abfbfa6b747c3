import Testing
import VimapBytes

@testable import VimapCheckpoint

/// Runs are cut off at all moments, by kills and by power cuts, and gone on with.
struct CrashTests {
  static let jobs: [CrashJob] = {
    var jobs: [CrashJob] = []
    for keepsOrder in [false, true] {
      for carriesExceptions in [false, true] {
        for keepsFailed in [false, true] {
          jobs.append(
            CrashJob(
              keepsOrder: keepsOrder, carriesExceptions: carriesExceptions,
              keepsFailed: keepsFailed, endsWithinLine: keepsFailed == keepsOrder))
        }
      }
    }
    return jobs
  }()

  /// Cuts a run off, looks at what is found then, and goes on: perhaps to be cut off again.
  private func check(
    _ job: CrashJob, _ disk: CrashDisk, cut: Int, boot: String, depth: Int,
    _ random: inout SeededGenerator
  ) throws {
    let isKill = Bool.random(using: &random)
    let grain = Bool.random(using: &random) ? 512 : 1
    let left =
      isKill
      ? disk.killed(at: cut, &random) : disk.powerCut(at: cut, grain: grain, &random)
    let boot = isKill ? boot : boot + "'"
    let promises = disk.promises(at: cut)
    let files = left.seen
    if let journal = files["journal"] {
      let found = try Recovery.examine(
        journal: journal, output: files["output"] ?? [], failed: files["failed"] ?? [],
        boot: boot)
      try check(job, found.state, files)
      let needed = isKill ? promises.framed : promises.durable
      for record in needed.runs.joined() where !isProvisional(record, job) {
        try #require(found.state.done.contains(record))
      }
    } else {
      #expect(promises.durable.isEmpty)
      #expect((files["output"] ?? []).isEmpty)
    }
    try job.run(on: left, boot: boot, &random)
    if depth > 0, Bool.random(using: &random) {
      let next = Int.random(in: 0...left.operations.count, using: &random)
      return try check(job, left, cut: next, boot: boot, depth: depth - 1, &random)
    }
    try checkWhole(job, left)
  }

  /// A last line without its end is done again whenever a job is gone on with.
  private func isProvisional(_ record: Int, _ job: CrashJob) -> Bool {
    job.endsWithinLine && record == job.records - 1
  }

  /// What is known to be done is what the output has, up to where it is known.
  private func check(
    _ job: CrashJob, _ state: JobState, _ files: CrashDisk.Contents
  ) throws {
    let output = Array(files["output"]?.prefix(state.output.length) ?? [])
    let lines = state.done.runs.joined().filter { job.carriesExceptions || !job.isException($0) }
      .flatMap { job.result($0).lines }
    try #require(output.lines.sorted() == lines.sorted())
    let failed = Array(files["failed"]?.prefix(state.failed.length) ?? [])
    let failedRecords = job.keepsFailed ? state.exceptions.runs.joined().map(\.self) : []
    try #require(
      failed.lines.sorted() == failedRecords.flatMap { job.failedLine($0).lines }.sorted())
    for (number, line) in output.lines.enumerated() {
      try #require(state.exceptionLines.contains(number) == line.hasPrefix("failed"))
    }
  }

  private func checkWhole(_ job: CrashJob, _ disk: CrashDisk) throws {
    let output = disk.seen["output"]?.lines ?? []
    if job.keepsOrder {
      try #require(output == job.wholeOutput)
    } else {
      try #require(output.sorted() == job.wholeOutput.sorted())
    }
    try #require((disk.seen["failed"]?.lines ?? []).sorted() == job.wholeFailed.sorted())
  }

  @Test("Nothing is lost and nothing comes twice, wherever a run is cut off", arguments: 0..<8)
  func cuts(number: Int) throws {
    var random = SeededGenerator(UInt64(number))
    let job = Self.jobs[number]
    for _ in 0..<16 {
      let disk = CrashDisk()
      try job.run(on: disk, boot: "one", &random)
      try checkWhole(job, disk)
      for _ in 0..<80 {
        let cut = Int.random(in: 0...disk.operations.count, using: &random)
        try check(job, disk, cut: cut, boot: "one", depth: 2, &random)
      }
    }
  }

  @Test("The same of outputs that have many blocks")
  func largeOutputs() throws {
    var random = SeededGenerator(99)
    let job = CrashJob(records: 12, width: 400_000, window: 4)
    let disk = CrashDisk()
    try job.run(on: disk, boot: "one", &random)
    for _ in 0..<60 {
      let cut = Int.random(in: 0...disk.operations.count, using: &random)
      let left =
        Bool.random(using: &random)
        ? disk.killed(at: cut, &random) : disk.powerCut(at: cut, grain: 65536, &random)
      try job.run(on: left, boot: "two", &random)
      try checkWhole(job, left)
    }
  }

  /// A run that was cut off somewhere, with all that it has written.
  private func cutOff(_ job: CrashJob, _ random: inout SeededGenerator) throws -> CrashDisk {
    let disk = CrashDisk()
    try job.run(on: disk, boot: "one", &random)
    let begun = disk.operations.firstIndex { if case .framed = $0 { true } else { false } } ?? 0
    let cut = Int.random(in: begun...disk.operations.count, using: &random)
    return disk.killed(at: cut, &random)
  }

  /// Goes on with what was damaged, which is refused or ends as it should.
  private func goOn(
    _ job: CrashJob, _ disk: CrashDisk, _ random: inout SeededGenerator
  ) throws -> Bool {
    do {
      try job.run(on: disk, boot: "one", &random)
    } catch is CheckpointProblem {
      return false
    }
    if disk.operations.isEmpty {
      // The job was finished, and what was damaged is no part of it.
      return true
    }
    try checkWhole(job, disk)
    return true
  }

  @Test("A journal that ends anywhere leads to no wrong result")
  func journalCutAtEachByte() throws {
    var random = SeededGenerator(5)
    let job = CrashJob(records: 20, growth: 100_000)
    let disk = CrashDisk()
    try job.run(on: disk, boot: "one", &random)
    let length = disk.seen["journal"]?.count ?? 0
    var refused = 0
    for end in 0..<length {
      let cut = disk.copy()
      cut.cut("journal", to: end)
      if try !goOn(job, cut, &random) { refused += 1 }
    }
    // What was known to be durable is missing in the first bytes, which have their name only then.
    #expect(refused > 0 && refused < length / 2)
  }

  @Test(
    "One bit that has turned over is noticed or does no harm",
    arguments: ["journal", "output", "failed"])
  func flippedBits(name: String) throws {
    var random = SeededGenerator(UInt64(name.utf8.count))
    var refused = 0
    for round in 0..<1000 {
      let job = Self.jobs[round % Self.jobs.count]
      let disk = try cutOff(job, &random)
      let bits = (disk.seen[name]?.count ?? 0) * 8
      guard bits > 0 else { continue }
      disk.flip(.random(in: 0..<bits, using: &random), of: name)
      if try !goOn(job, disk, &random) { refused += 1 }
    }
    #expect(refused > 100)
  }

  @Test("Records that failed are done again, wherever that is cut off", arguments: 0..<8)
  func retries(number: Int) throws {
    var random = SeededGenerator(UInt64(number) + 50)
    var job = Self.jobs[number]
    for _ in 0..<6 {
      job.isMended = false
      let first = CrashDisk()
      try job.run(on: first, boot: "one", &random)
      job.isMended = true
      var disk = first.copy()
      try job.run(on: disk, boot: "one", retry: true, &random)
      try checkWhole(job, disk)
      for _ in 0..<40 {
        disk = first.copy()
        try job.run(on: disk, boot: "one", retry: true, &random)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let cut = Int.random(in: 0...disk.operations.count, using: &random)
          disk =
            Bool.random(using: &random)
            ? disk.killed(at: cut, &random)
            : disk.powerCut(at: cut, grain: Bool.random(using: &random) ? 512 : 1, &random)
          try job.run(on: disk, boot: "two", retry: true, &random)
        }
        try checkWhole(job, disk)
      }
    }
  }
}
