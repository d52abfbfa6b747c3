import Glibc
import VimapKit
import VimapRecords

/// What becomes of it in the pool that a host asks one worker to be left alone.
@MainActor enum PauseCases {
  static let all = [
    PoolCase("pauses.areToldToTheOtherWorkers") { try expectPause(jobs: 2) },
    PoolCase("pauses.areToldToWorkersForkedLater") {
      try expectPause(jobs: 1) { $0.recycleAfter = 1 }
    },
  ]

  /// Is told of a pause at the first record, and answers the second when it hears of that.
  private struct Client: PoolWorker {
    static let host = "example:80"
    static let length: UInt64 = 3_600_000_000_000

    func run(_ link: WorkerLink) throws {
      try link.reportReady()
      var waiting: RecordBatch?
      var hasHeard = false
      var isClosed = false
      while !isClosed || waiting != nil {
        switch try link.receive(waiting: true) {
        case .batch(let batch):
          link.begin(1)
          if batch.index(of: 0) == 2 {
            waiting = batch
          } else {
            var exception = RecordException(.worker, "later")
            exception.pause = .init(delay: Self.length, key: Self.host)
            try link.exception(exception, for: 0, of: batch)
          }
        case .pause(let pause):
          hasHeard = pause.key == Self.host && pause.end > 0 && pause.length == Self.length
        case .closed: isClosed = true
        case .room, .flush, .nothing: break
        }
        if hasHeard, let batch = waiting {
          try link.output(batch.bytes(of: 0), for: 0, of: batch)
          waiting = nil
        }
      }
    }
  }

  /// Runs a pool that ends only if the worker of the second record hears of the pause.
  private static func expectPause(
    jobs: Int, _ change: (inout PoolConfiguration) -> Void = { _ in }
  ) throws {
    var ends: [CInt] = [-1, -1]
    try expect("pipe", pipe(&ends), 0)
    defer { close(ends[0]) }
    try expect("bytes written", write(ends[1], "1\n2\n", 4), 4)
    close(ends[1])
    let output = open("/dev/null", O_WRONLY)
    defer { close(output) }
    var configuration = PoolConfiguration(jobs: jobs)
    configuration.chunk = 1
    change(&configuration)
    let pool = try RecordPool(
      configuration, RecordForm(), inputs: [.descriptor(ends[0], name: "in")],
      results: ResultSink(descriptor: output), exceptions: ResultSink(descriptor: output)
    ) { _ in Client() }
    let report = pool.run()
    try expect("outcome", report.outcome, .complete)
    try expect("outputs", report.outputs, 1)
    try expect("exceptions", report.exceptions, 1)
  }
}
