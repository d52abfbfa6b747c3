import VimapKit

/// Workers that cannot be set up, and pools that run out of workers.
@MainActor enum StartCases {
  static let all = [
    PoolCase("start.failsInAll", failsInAll),
    PoolCase("start.failsInAllBeforeThereAreInputs", failsInAllBeforeThereAreInputs),
    PoolCase("start.failsInAllAndNobodyReads", failsInAllAndNobodyReads),
    PoolCase("start.failsInOne", failsInOne),
    PoolCase("start.failsInAReplacement", failsInAReplacement),
    PoolCase("start.failsInEveryReplacement", failsInEveryReplacement),
    PoolCase("start.isNotChargedToZipInOut", isNotChargedToZipInOut),
  ]

  struct NoTable: Error, Codable, Equatable {
    var worker: Int
  }

  /// Doubles its inputs; is not set up where `fails` says so, and dies over the inputs `dies` names.
  struct Starter: Worker {
    let number: Int
    let fails: (Int) -> Bool
    var dies: (Int) -> Bool = { _ in false }

    func start() throws {
      if fails(number) { throw NoTable(worker: number) }
    }

    func process(_ input: Int) -> Int {
      if dies(input) { Surroundings.leave(status: 1) }
      return 2 * input
    }
  }

  /// Notes whether a pool says that it has no worker left.
  final class Loss {
    var count = 0

    var options: PoolOptions {
      .with { $0.onNotice = { [self] in if case .noWorkerLeft = $0 { count += 1 } } }
    }
  }

  static func failsInAll() async throws {
    for loop in Loop.allCases {
      let loss = Loss()
      let pool = try Pool.fork(jobs: 3, options: loss.options) { Starter(number: $0) { _ in true } }
      let results = try await loop.read(pool.imap(0..<100).zipInOutTyp())
      try expect("results of inputs", results.order, [])
      try expect("errors of no input", results.loose.count, 3)
      for error in results.loose {
        try expect("kind", error.kind, .startFailed)
        try expect("record", error.record, nil)
        let worker = try need("worker", error.worker)
        try expect("value", error.value(as: NoTable.self), NoTable(worker: worker))
      }
      try expect("workers", Set(results.loose.map(\.worker)), [0, 1, 2])
      try expect("notices", loss.count, 1)
      try expect("closed", pool.isClosed, true)
    }
  }

  static func failsInAllBeforeThereAreInputs() throws {
    let pool = try Pool.fork(jobs: 2) { Starter(number: $0) { _ in true } }
    try expect("errors", try read(pool.zipInOutTyp(closeIfDone: false)).loose.count <= 2, true)
    pool.close()
    try expect("closed", pool.isClosed, true)
  }

  static func failsInAllAndNobodyReads() throws {
    let pool = try Pool.fork(jobs: 3) { Starter(number: $0) { _ in true } }
    try pool.imap(0..<10)
  }

  static func failsInOne() async throws {
    for loop in Loop.allCases {
      let loss = Loss()
      let pool = try Pool.fork(jobs: 3, options: loss.options) {
        Starter(number: $0) { $0 == 1 }
      }
      let results = try await loop.read(pool.imap(0..<100).zipInOutTyp())
      try expect("outputs", results.outputs, doubles(0..<100))
      try expect("workers that failed", results.loose.map(\.worker), [1])
      try expect("notices", loss.count, 0)
    }
  }

  /// A worker that takes a dead one's place is given more than one chance.
  static func failsInAReplacement() throws {
    let starts = try SharedPipe(1)
    let failures = try SharedPipe(2)
    let pool = try Pool.fork(jobs: 1) {
      Starter(number: $0) { _ in
        starts.take() == nil && failures.take() != nil
      } dies: {
        $0 == 5
      }
    }
    let results = try read(pool.imap(0..<20).zipInOutTyp())
    try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 5 }))
    try expect("kind", results.errors[5]?.kind, .died)
    try expect("errors of no input", results.loose.map(\.kind), [.startFailed, .startFailed])
  }

  static func failsInEveryReplacement() throws {
    let starts = try SharedPipe(1)
    let loss = Loss()
    let pool = try Pool.fork(jobs: 1, options: loss.options) {
      Starter(number: $0) { _ in
        starts.take() == nil
      } dies: {
        $0 == 5
      }
    }
    let results = try read(pool.imap(0..<1_000_000).zipInOutTyp())
    try expect("outputs", results.outputs, doubles(0..<5))
    try expect("kind", results.errors[5]?.kind, .died)
    let others = results.errors.filter { $0.key != 5 }
    try expect(others.values.allSatisfy { $0.kind == .noWorker }, "errors: \(others)")
    try expect("inputs", results.order.sorted(), Array(0..<results.order.count))
    try expect(results.order.count < 1_000_000, "inputs are taken that no worker is left for")
    try expect("notices", loss.count, 1)
  }

  /// `zipInOut` ends with any error, also one of no input.
  static func isNotChargedToZipInOut() throws {
    let pool = try Pool.fork(jobs: 2) { Starter(number: $0) { _ in true } }
    let error = try expectThrow(WorkerError.self) { try pool.imap(0..<10).zipInOut { _, _ in } }
    try expect("kind", error.kind, .startFailed)
    try expect("record", error.record, nil)
  }
}
