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
    PoolCase("serial.answersTwice", answersTwice),
    PoolCase("serial.asynchronousWorkers", asynchronousWorkers),
    PoolCase("serial.retries", retries),
    PoolCase("serial.startFailsInAll", startFailsInAll),
    PoolCase("serial.startFailsInOne", startFailsInOne),
    PoolCase("serial.finishFails", finishFails),
    PoolCase("serial.limitsOfTime", limitsOfTime),
    PoolCase("serial.replacements", replacements),
    PoolCase("serial.leavesEarly", leavesEarly),
    PoolCase("serial.isReused", isReused),
    PoolCase("serial.severalMappings", severalMappings),
    PoolCase("serial.doesNotMindThreads", doesNotMindThreads),
  ]

  struct Odd: Error, Codable {}

  /// A pool that maps as `map` says, in this process and in others.
  private static func pair<Input: Codable, Output: Codable>(
    _ map: @escaping @Sendable (Input) throws -> Output
  ) throws -> [Pool<Input, Output>] {
    [try Pool.fork(jobs: 3, options: .serial, map: map), try Pool.fork(jobs: 3, map: map)]
  }

  static func forksNothing() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, pid_t>.fork(jobs: 3, options: .serial) { _ in getpid() }
      let results = try await loop.read(pool.imap(0..<100))
      try expect("processes", Set(results.outputs.values), [getpid()])
      try expect("order", results.order, Array(0..<100))
      try expect("children", Surroundings.anyChild(), nil)
      try expect("in flight", pool.progress.inFlight, 0)
      try await pool.close()
    }
  }

  static func takesWorkersInTurn() throws {
    let workers = [1, 2, 3].map { FormCases.Offset(offset: $0) }
    let pool = try Pool.fork(workers, options: .serial)
    for _ in 0..<3 {
      let outputs = try outputs(pool.imap([4, 4, 4]))
      try expect("outputs", Set(outputs), [5, 6, 7])
    }
    try pool.closeSynchronously()
    let more = try Pool.fork([1, -1, 0].map { FormCases.Offset(offset: $0) }, options: .serial)
    try expect("outputs", Set(try outputs(more.imap([4, 4]))), [5, 3])
  }

  static func givesTheSame() async throws {
    for length in [0, 1, 2, 3, 10, 100] {
      for pool in try pair({ (input: Int) in 2 * input }) {
        try expect(
          "outputs", try read(pool.imap(0..<length)).outputs,
          doubles(0..<length))
        try shut(pool)
        try expect("error", try expectThrow(PoolError.self) { _ = try pool.imap([1]) }, .closed)
      }
    }
    for pool in try pair({ (input: Int) in "\(input)" }) {
      let pairs = try pool.imap(["a", "bc"], pretransform: \.count)
      try expect("outputs", try await Loop.waiting.read(pairs).outputs, ["a": "1", "bc": "2"])
    }
  }

  static func givesTheSameErrors() throws {
    let pools = try pair { (input: Int) in
      if input % 4 == 1 { throw Odd() }
      return 2 * input
    }
    for pool in pools {
      let results = try read(pool.imap(0..<40).results)
      try expect("outputs", results.outputs, doubles((0..<40).filter { $0 % 4 != 1 }))
      try expect("errors", results.errors.count, 10)
      for (input, error) in results.errors {
        try expect("kind", error.kind, .thrown)
        try expect("record", error.record, input)
        try expect("attempts", error.attempts, 1)
        try expect("type", error.typeName, "Odd")
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
      let results = try read(pool.imap(inputs).results)
      try expect("outputs", results.outputs, [inputs[0]: Parcel(1)])
      try expect(
        "kinds", inputs.dropFirst().map { results.errors[$0]?.kind },
        [.unsendableInput, .unreadableInput, .unsendableOutput, .unreadableOutput])
    }
  }

  static func sequenceWorkers() throws {
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2, options: .serial) { items in
      while let first = items.next() {
        if first.input == 7 { return }
        let taken = [first] + (0..<2).compactMap { _ in items.next() }
        for item in taken { try item.answer(2 * item.input) }
      }
    }
    let results = try read(pool.imap(0..<20).results)
    try expect("outputs", results.outputs, doubles((0..<20).filter { $0 != 7 }))
    try expect("kind", results.errors[7]?.kind, .missingOutput)
  }

  static func answersTwice() throws {
    let refusals = try SharedPipe()
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2, options: .serial) { items in
      for item in items {
        try item.answer(2 * item.input)
        do { try item.answer(-1) } catch { refusals.put() }
      }
    }
    try expect("outputs", try read(pool.imap(0..<20)).outputs, doubles(0..<20))
    try expect("refusals", refusals.count(), 20)
  }

  struct Echo: AsyncWorker {
    func process(_ input: Int) async throws -> Int {
      await Task.yield()
      if input == 5 { throw Odd() }
      return 2 * input
    }
  }

  static func asynchronousWorkers() throws {
    let pool = try Pool.fork([Echo(), Echo()], options: .serial)
    let results = try read(pool.imap(0..<10).results)
    try expect("outputs", results.outputs, doubles((0..<10).filter { $0 != 5 }))
    try expect("error", results.errors[5]?.kind, .thrown)
  }

  static func retries() throws {
    let tries = try SharedPipe()
    var options = PoolOptions.serial
    options.retries = 2
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: options) { input in
      tries.put()
      if input == 3 || (input == 5 && tries.unread < 6) { throw Odd() }
      return 2 * input
    }
    let results = try read(pool.imap([3, 5]).results)
    try expect("attempts", results.errors[3]?.attempts, 3)
    try expect("output", results.outputs[5], 10)
    try expect("tries", tries.count(), 6)
  }

  // MARK: Limits

  /// Nothing can be stopped, but it is found out afterwards.
  static func limitsOfTime() throws {
    var options = PoolOptions.serial
    options.timeLimit = .milliseconds(20)
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: options) { input in
      if input == 3 { usleep(50_000) }
      return 2 * input
    }
    let results = try read(pool.imap([1, 3, 4]).results)
    try expect("kind", results.errors[3]?.kind, .timedOut)
    try expect("last", results.outputs[4], 8)
  }

  /// A fresh worker takes the place of one that has had enough.
  static func replacements() throws {
    let diary = try SharedPipe()
    var options = PoolOptions.serial
    options.recycleAfter = 2
    let pool = try Pool.fork([FormCases.Adder(diary: diary)], options: options)
    try expect("outputs", try outputs(pool.imap([1, 5, 1, 5, 7])), [1001, 1006, 1001, 1006, 1007])
    try pool.closeSynchronously()
    try expect("diary", diary.takeAll(), "sfsfs?")
  }

  // MARK: Lives of workers

  static func startFailsInAll() async throws {
    let notices = Notices()
    let options = notices.options { $0.processes = .inline }
    let pool = try Pool.fork(jobs: 3, options: options) {
      StartCases.Starter(number: $0) { _ in true }
    }
    let reason = try await StartCases.expectLoss { _ = try read(pool.imap(0..<10).results) }
    try expect(reason.contains("NoTable"), "reason: \(reason)")
    try expect("notices", notices.failedStarts.map(\.worker), [2, 1, 0])
  }

  static func startFailsInOne() throws {
    let notices = Notices()
    let options = notices.options { $0.processes = .inline }
    let pool = try Pool.fork(jobs: 3, options: options) {
      StartCases.Starter(number: $0) { $0 == 0 }
    }
    let results = try read(pool.imap(0..<10).results)
    try expect("outputs", results.outputs, doubles(0..<10))
    try expect("workers that failed", notices.failedStarts.map(\.worker), [0])
  }

  static func finishFails() throws {
    let pool = try Pool.forkIdentical(LeaveCases.Untidy(), jobs: 2, options: .serial)
    try expect("outputs", try read(pool.imap(0..<10)).outputs, doubles(0..<10))
    let error = try expectThrow(PoolError.self) { try pool.closeSynchronously() }
    try expect(error.description.contains("no table"), "error: \(error)")
  }

  static func leavesEarly() throws {
    let diary = try SharedPipe()
    let pool = try Pool.forkIdentical(
      LeaveCases.Diarist(diary: diary), jobs: 2, options: .serial)
    try expect("first", try pool.imap(0...).cursor().next()?.output, 0)
    try pool.closeSynchronously()
    try expect("diary", diary.takeAll(), "ssbeff")
  }

  static func isReused() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    for length in 0..<20 {
      for loop in Loop.allCases {
        let pairs = try pool.imap(0..<length)
        try expect("outputs", try await loop.read(pairs).outputs, doubles(0..<length))
      }
    }
    try await pool.close()
  }

  /// Mappings have results of their own here too, also from several tasks.
  static func severalMappings() async throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    let one = try pool.imap(0..<100).cursor()
    let other = try pool.imap(100..<200).cursor()
    for number in 0..<100 {
      try expect("one", try one.next()?.output, 2 * number)
      try expect("other", try other.next()?.output, 200 + 2 * number)
    }
    let sums = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var sum = 0
          for try await (_, output) in try pool.imap(0..<100) { sum += output }
          return sum
        }
      }
      var sums: [Int] = []
      for try await sum in group { sums.append(sum) }
      return sums
    }
    try expect("sums", sums, Array(repeating: 9900, count: 8))
  }

  static func doesNotMindThreads() async throws {
    await Task.detached {}.value
    let pool = try Pool<Int, Int>.fork(jobs: 2, options: .serial) { 2 * $0 }
    try expect("outputs", try read(pool.imap(0..<20)).outputs, doubles(0..<20))
  }
}
