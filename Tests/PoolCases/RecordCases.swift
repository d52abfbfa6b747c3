import Glibc
import VimapKit
import VimapRecords

/// Pools of records, as a program uses them that has workers of its own for lines of JSON.
@MainActor enum RecordCases {
  static let all = [
    PoolCase("records.failuresAreTallied", failuresAreTallied),
    PoolCase("records.aHaltedRunAnswersWhatItTook", aHaltedRunAnswersWhatItTook),
    PoolCase("records.workersThatDoNotLookFinishWhatTheyHave", workersThatDoNotLook),
    PoolCase("records.aTryThatAWorkerCancelsLeavesTheFailure", aCancelledTry),
  ]

  /// Gives each record back, but for every third.
  struct Refuser: PoolWorker, RecordWorker {
    func run(_ link: WorkerLink) throws {
      try link.reportReady()
      var worker = self
      try link.serve(&worker)
    }

    func handle(_ record: ReceivedRecord) -> RecordAnswer {
      record.index % 3 == 0
        ? .exception(RecordException(.worker, "\"\(record.index)\" is refused"))
        : .output(record.bytes)
    }
  }

  /// As ``Refuser``, without ever looking whether the run is stopped.
  struct Hermit: PoolWorker {
    func run(_ link: WorkerLink) throws {
      try link.reportReady()
      while true {
        switch try link.receive(waiting: true) {
        case .batch(let batch):
          for record in batch.records {
            link.begin(1)
            switch Refuser().handle(ReceivedRecord(batch: batch, number: record)) {
            case .output(let output): try link.output(output, for: record, of: batch)
            case .exception(let exception): try link.exception(exception, for: record, of: batch)
            }
          }
          link.retire(batch)
        case .closed: return
        case .room, .flush, .pause, .nothing: break
        }
      }
    }
  }

  private static func run(
    _ lines: String, _ worker: any PoolWorker = Refuser(),
    _ change: (inout PoolConfiguration) -> Void = { _ in }, notices: (RunNotice) -> Void = { _ in }
  ) throws -> RunReport {
    var name = Array("/tmp/vimap-records-XXXXXX".utf8CString)
    let input = mkstemp(&name)
    defer { close(input) }
    unlink(name)
    let bytes = Array(lines.utf8)
    try expect("bytes written", write(input, bytes, bytes.count), bytes.count)
    lseek(input, 0, SEEK_SET)
    let output = open("/dev/null", O_WRONLY)
    defer { close(output) }
    var configuration = PoolConfiguration(jobs: 2)
    change(&configuration)
    var form = RecordForm()
    form.retried.kinds = [.timeout]
    return try withoutActuallyEscaping(notices) { [form] notices in
      let pool = try RecordPool(
        configuration, form, inputs: [.descriptor(input, name: "in")],
        results: ResultSink(descriptor: output), exceptions: ResultSink(descriptor: output)
      ) { _ in worker }
      pool.onNotice = notices
      defer { pool.onNotice = { _ in } }
      return pool.run()
    }
  }

  private static func failuresAreTallied() throws {
    let report = try run("1\n2\n3\n\nx\n5\n6\n") { $0.jobs = 1 }
    try expect("outcome", report.outcome, .complete)
    try expect("failures", report.failures.total, report.exceptions)
    try expect("kinds", report.failures.counts, [.worker: 2, .invalidJSON: 1])
    let first = report.failures.first
    try expect("lines", first.map(\.line), [3, 5, 7])
    try expect("files", first.map(\.file), ["in", "in", "in"])
    try expect("message", first[0].message, "\"3\" is refused")
    try expect("kind", first[1].kind, .invalidJSON)
  }

  private static let thousands = (1...100_000).map { "\($0)\n" }.joined()

  private static func aHaltedRunAnswersWhatItTook() throws {
    for manner in HaltRule.Manner.allCases {
      var points: [HaltPoint] = []
      let report = try run(
        thousands, Refuser(), { $0.halt = HaltRule(manner, at: .records(2)) },
        notices: { if case .pool(.halted(let point)) = $0 { points.append(point) } })
      try expect("outcome", report.outcome, .halted)
      try expect("times it was said", points.count, 1)
      try expect("failures by then", points.first?.failed, 2)
      try expect("records answered", report.outputs + report.exceptions, report.records)
      try expect("failures", report.failures.total, report.exceptions)
      try expect(report.records < 100_000, "all was read")
    }
  }

  private static func workersThatDoNotLook() throws {
    let report = try run(thousands, Hermit()) {
      $0.halt = HaltRule(.soon)
      $0.chunk = 100
    }
    try expect("outcome", report.outcome, .halted)
    try expect("records answered", report.outputs + report.exceptions, report.records)
    try expect(report.records < 100_000, "all was read")
  }

  /// Fails with the first record, has its second try wait, fails with the second record, and
  /// cancels what waits when the run is halted over that.
  struct Postponer: PoolWorker {
    func run(_ link: WorkerLink) throws {
      try link.reportReady()
      var batches: [RecordBatch] = []
      while batches.count < 2 {
        guard case .batch(let batch) = try link.receive(waiting: true) else { continue }
        link.begin(1)
        if batch.index(of: 0) == 1, batch.attempt == 1 {
          try link.exception(RecordException(.timeout, "too late"), for: 0, of: batch)
        } else {
          batches.append(batch)
        }
      }
      for batch in batches where batch.index(of: 0) == 2 {
        try link.exception(RecordException(.worker, "refused"), for: 0, of: batch)
      }
      while !link.isRecalled { _ = try link.receive(waiting: true) }
      try link.retire()
      for batch in batches where batch.index(of: 0) == 1 {
        try link.exception(.cancelled(attempts: 1, wasBegun: false), for: 0, of: batch)
      }
    }
  }

  private static func aCancelledTry() throws {
    let report = try run("1\n2\n", Postponer()) {
      $0.jobs = 1
      $0.chunk = 1
      $0.halt = HaltRule(.soon)
      $0.retry.retries = 1
      $0.retry.firstDelay = 0
    }
    try expect("outcome", report.outcome, .halted)
    try expect("kinds", report.failures.counts, [.timeout: 1, .worker: 1])
    try expect("causes", report.failures.first.map(\.message), ["too late", "refused"])
  }
}
