import Glibc
import VimapKit

/// Pools that do not fork.
@MainActor enum SerialCases {
  static let all = [
    PoolCase("serial.forksNothing", forksNothing),
    PoolCase("serial.takesWorkersInTurn", takesWorkersInTurn),
    PoolCase("serial.givesTheSame", givesTheSame),
    PoolCase("serial.givesTheSameErrors", givesTheSameErrors),
    PoolCase("serial.givesTheSameFailuresToTravel", givesTheSameFailuresToTravel),
    PoolCase("serial.sequenceWorkers", sequenceWorkers),
    PoolCase("serial.surplusOutputs", surplusOutputs),
    PoolCase("serial.withoutAPool", withoutAPool),
    PoolCase("serial.retries", retries),
    PoolCase("serial.startFailsInAll", startFailsInAll),
    PoolCase("serial.startFailsInOne", startFailsInOne),
    PoolCase("serial.keepsResults", keepsResults),
    PoolCase("serial.leavesEarly", leavesEarly),
    PoolCase("serial.isReused", isReused),
    PoolCase("serial.mixedInputs", mixedInputs),
    PoolCase("serial.doesNotMindThreads", doesNotMindThreads),
  ]

  struct Odd: Error, Codable {}

  /// A pool that maps as `map` says, in this process and in others.
  private static func pair<Input: Codable, Output: Codable>(
    _ map: @escaping (Input) throws -> Output
  ) throws -> [Pool<Input, Output>] {
    [try Pool.fork(jobs: 3, options: .serial, map: map), try Pool.fork(jobs: 3, map: map)]
  }

  static func forksNothing() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, pid_t>.fork(jobs: 3, options: .serial) { _ in getpid() }
      let results = try await loop.read(pool.imap(0..<100).zipInOut(closeIfDone: false))
      try expect("processes", Set(results.outputs.values), [getpid()])
      try expect("order", results.order, Array(0..<100))
      try expect("children", Surroundings.anyChild(), nil)
      try expect("in flight", pool.inFlight, 0)
      pool.close()
    }
  }

  static func takesWorkersInTurn() throws {
    let workers = [1, 2, 3].map { FormCases.Offset(offset: $0) }
    let pool = try Pool.fork(workers, options: .serial)
    for _ in 0..<3 {
      let outputs = try pool.imap([4, 4, 4]).zipInOut(closeIfDone: false).map { $0.1 }
      try expect("outputs", Set(outputs), [5, 6, 7])
    }
    pool.close()
    let more = try Pool.fork([1, -1, 0].map { FormCases.Offset(offset: $0) }, options: .serial)
    try expect("outputs", Set(try more.imap([4, 4]).zipInOut().map { $0.1 }), [5, 3])
  }

  static func givesTheSame() async throws {
    for length in [0, 1, 2, 3, 10, 100] {
      for pool in try pair({ (input: Int) in 2 * input }) {
        try expect(
          "outputs", try read(pool.imap(0..<length).zipInOut()).outputs,
          doubles(0..<length))
        try expect("closed", pool.isClosed, true)
        try expect("error", try expectThrow(PoolError.self) { try pool.imap([1]) }, .closed)
      }
    }
    for pool in try pair({ (input: Int) in "\(input)" }) {
      let pairs = try pool.imap(["a", "bc"], pretransform: \.count).zipInOut()
      try expect("outputs", try await Loop.waiting.read(pairs).outputs, ["a": "1", "bc": "2"])
    }
  }

  static func givesTheSameErrors() throws {
    let pools = try pair { (input: Int) in
      if input % 4 == 1 { throw Odd() }
      return 2 * input
    }
    for pool in pools {
      let results = try read(pool.imap(0..<40).zipInOutTyp())
      try expect("outputs", results.outputs, doubles((0..<40).filter { $0 % 4 != 1 }))
      try expect("errors", results.errors.count, 10)
      for (input, error) in results.errors {
        try expect("kind", error.kind, .thrown)
        try expect("record", error.record, input)
        try expect("attempts", error.attempts, 1)
        try expect("type", error.typeName, "pool_cases.SerialCases.Odd")
        try expect(error.value(as: Odd.self) != nil, "the error has not travelled")
        try expect((0..<3).contains(error.worker ?? -1), "worker: \(error)")
      }
    }
  }

  static func givesTheSameFailuresToTravel() throws {
    typealias Parcel = CodingCases.Parcel
    let pools = try pair { (input: Parcel) in
      Parcel(
        input.number, input.number == 4 ? .unsendable : input.number == 5 ? .unreadable : .none)
    }
    for pool in pools {
      let inputs = [
        Parcel(1), Parcel(2, .unsendable), Parcel(3, .unreadable), Parcel(4), Parcel(5),
      ]
      let results = try read(pool.imap(inputs).zipInOutTyp())
      try expect("outputs", results.outputs, [inputs[0]: Parcel(1)])
      try expect(
        "kinds", inputs.dropFirst().map { results.errors[$0]?.kind },
        [.unsendableInput, .unreadableInput, .unsendableOutput, .unreadableOutput])
    }
  }

  static func sequenceWorkers() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { inputs, outputs in
      while let first = inputs.next() {
        if first == 7 { return }
        let taken = [first] + (0..<2).compactMap { _ in inputs.next() }
        for input in taken { try outputs.yield(2 * input) }
      }
    }
    let results = try read(pool.imap(0..<20).zipInOutTyp())
    try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 7 }))
    try expect("kind", results.errors[7]?.kind, .missingOutput)
  }

  static func surplusOutputs() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { inputs, outputs in
      while let input = inputs.next() {
        try outputs.yield(2 * input)
        if input == 7 { try outputs.yield(-1) }
      }
    }
    let results = try read(pool.imap(0..<20).zipInOutTyp())
    try expect("outputs", results.outputs, doubles(0..<20))
    try expect("kinds", results.loose.map(\.kind), [.surplusOutput])
    try expect("records", results.loose.map(\.record), [7])
  }

  static func withoutAPool() throws {
    let pairs = try imapUnordered(0..<50, jobs: 2, options: .serial) { 2 * $0 }
    try expect("outputs", try read(pairs).outputs, doubles(0..<50))
    let ordered = try imapOrderedChunked(0..<50, jobs: 2, options: .serial) { 2 * $0 }
    try expect("order", try read(ordered).order, Array(0..<50))
  }

  static func retries() throws {
    var tries = 0
    var options = PoolOptions.serial
    options.retries = 2
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: options) { input in
      tries += 1
      if input == 3 || (input == 5 && tries < 8) { throw Odd() }
      return 2 * input
    }
    let results = try read(pool.imap([3, 5]).zipInOutTyp())
    try expect("attempts", results.errors[3]?.attempts, 3)
    try expect("errors", results.errors.count, 2 - results.outputs.count)
    try expect("tries", tries, 6)
  }

  // MARK: Lives of workers

  static func startFailsInAll() throws {
    let loss = StartCases.Loss()
    var options = PoolOptions.serial
    options.onNotice = loss.options.onNotice
    let pool = try Pool.fork(jobs: 3, options: options) {
      StartCases.Starter(number: $0) { _ in true }
    }
    let results = try read(pool.imap(0..<10).zipInOutTyp())
    try expect("results of inputs", results.order, [])
    try expect("kinds", results.loose.map(\.kind), Array(repeating: .startFailed, count: 3))
    try expect("closed", pool.isClosed, true)
    try expect("notices", loss.count, 1)
  }

  static func startFailsInOne() throws {
    let pool = try Pool.fork(jobs: 3, options: .serial) {
      StartCases.Starter(number: $0) { $0 == 0 }
    }
    let results = try read(pool.imap(0..<10).zipInOutTyp())
    try expect("outputs", results.outputs, doubles(0..<10))
    try expect("workers that failed", results.loose.map(\.worker), [0])
  }

  static func keepsResults() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { $0 + 1 }
    try pool.imap([1, 2, 3]).blockIgnoreOutput()
    try expect("inputs", pool.debugResults.map(\.input), [1, 2, 3])
    try expect("outputs", pool.debugResults.map(\.output), [2, 3, 4])
  }

  static func leavesEarly() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(
      LeaveCases.Diarist(diary: diary), jobs: 2, options: .serial)
    for _ in try pool.imap(0...).zipInOut() { break }
    try expect("closed", pool.isClosed, true)
    try expect("diary", diary.takeAll(), "ssbeff")
  }

  static func isReused() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    for length in 0..<20 {
      for loop in Loop.allCases {
        let pairs = try pool.imap(0..<length).zipInOut(closeIfDone: false)
        try expect("outputs", try await loop.read(pairs).outputs, doubles(0..<length))
      }
    }
    pool.close()
  }

  static func mixedInputs() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    try pool.imap([1])
    let pairs = try pool.imap(["a"], pretransform: \.count).zipInOut()
    try expect("error", try expectThrow(PoolError.self) { _ = try read(pairs) }, .mixedInputs)
  }

  static func doesNotMindThreads() async throws {
    await Task.detached {}.value
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    try expect("outputs", try read(pool.imap(0..<20).zipInOut()).outputs, doubles(0..<20))
  }
}
