import Glibc
import VimapKit

/// Workers that die.
@MainActor enum DeathCases {
  static let all = [
    PoolCase("deaths.costOneInput", costOneInput),
    PoolCase("deaths.costOneInputOfAChunk", costOneInputOfAChunk),
    PoolCase("deaths.areRetried", areRetried),
    PoolCase("deaths.areRetriedAsOftenAsSaid", areRetriedAsOftenAsSaid),
    PoolCase("deaths.byExit", byExit),
    PoolCase("deaths.byExitAtTheLastInput", byExitAtTheLastInput),
    PoolCase("deaths.byTrap", says: "a trap", byTrap),
    PoolCase("deaths.onEveryInput", onEveryInput),
    PoolCase("deaths.everyFiftieth", everyFiftieth),
    PoolCase("deaths.keepTheOrder", keepTheOrder),
    PoolCase("deaths.ofLookAhead", ofLookAhead),
    PoolCase("deaths.ofTheForkServer", ofTheForkServer),
    PoolCase("deaths.ofAnIdleWorker", ofAnIdleWorker),
    PoolCase("deaths.thirtyPoolsInARow", thirtyPoolsInARow),
    PoolCase("deaths.takeWhatTheyStartedAlong", takeWhatTheyStartedAlong),
    PoolCase("deaths.ofLateWorkersTakeWhatTheyStartedAlong", lateWorkersTakeTheirsAlong),
    PoolCase("deaths.leaversTakeWhatTheyStartedAlong", leaversTakeTheirsAlong),
  ]

  /// Doubles its inputs, except those over which it kills itself.
  struct Mortal: Worker {
    let dies: @Sendable (Int) -> Bool

    func process(_ input: Int) -> Int {
      if dies(input) { kill(getpid(), SIGKILL) }
      return 2 * input
    }
  }

  static func costOneInput() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Mortal { $0 == 17 }, jobs: 3)
      let results = try await loop.read(pool.imap(0..<40).results)
      try expect("outputs", results.outputs, doubles((0..<40).filter { $0 != 17 }))
      try expect("inputs with an error", Array(results.errors.keys), [17])
      let error = try need("error", results.errors[17])
      try expect("kind", error.kind, .died)
      try expect("signal", error.signal, 9)
      try expect("record", error.record, 17)
      try expect("attempts", error.attempts, 1)
      try expect(error.message.contains("SIGKILL"), "message: \(error.message)")
      try expect(
        (0..<3).contains(error.worker ?? -1), "worker: \(String(describing: error.worker))")
    }
  }

  static func costOneInputOfAChunk() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(
        Mortal { $0 == 23 }, jobs: 2, options: .with { $0.chunk = 20 })
      let results = try await loop.read(pool.imap(0..<100).results)
      try expect("inputs with an error", Array(results.errors.keys), [23])
      try expect("outputs", results.outputs, doubles((0..<100).filter { $0 != 23 }))
    }
  }

  static func areRetried() async throws {
    for loop in Loop.allCases {
      // Each byte is one death.
      let deaths = try SharedPipe(1)
      let pool = try Pool.forkIdentical(
        Mortal { $0 == 17 && deaths.take() != nil }, jobs: 3, options: .with { $0.retries = 1 })
      let results = try await loop.read(pool.imap(0..<40))
      try expect("outputs", results.outputs, doubles(0..<40))
      try expect("deaths left", deaths.count(), 0)
    }
  }

  static func areRetriedAsOftenAsSaid() throws {
    let tries = try SharedPipe()
    let worker = Mortal {
      if $0 == 5 { tries.put() }
      return $0 == 5
    }
    let pool = try Pool.forkIdentical(worker, jobs: 2, options: .with { $0.retries = 2 })
    let results = try read(pool.imap(0..<10).results)
    try expect("tries", tries.count(), 3)
    try expect("attempts", results.errors[5]?.attempts, 3)
    try expect("kind", results.errors[5]?.kind, .died)
    try expect("outputs", results.outputs.count, 9)
  }

  static func byExit() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2) { input in
        if input == 3 { exit(3) }
        return 2 * input
      }
      let results = try await loop.read(pool.imap(0..<10).results)
      let error = try need("error", results.errors[3])
      try expect("kind", error.kind, .died)
      try expect("signal", error.signal, nil)
      try expect(error.message.contains("status 3"), "message: \(error.message)")
      try expect("outputs", results.outputs.count, 9)
    }
  }

  static func byExitAtTheLastInput() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 1) { input in
      if input == 9 { exit(0) }
      return 2 * input
    }
    let results = try read(pool.imap(0..<10).results)
    try expect("outputs", results.outputs, doubles(0..<9))
    try expect("kind", results.errors[9]?.kind, .died)
  }

  static func byTrap() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { input in
      if input == 3 { fatalError("a trap") }
      return 2 * input
    }
    let results = try read(pool.imap(0..<10).results)
    try expect("kind", results.errors[3]?.kind, .died)
    try expect(results.errors[3]?.signal != nil, "a trap is a signal: \(results.errors)")
    let words = try need("last words", results.errors[3]?.lastWords)
    try expect(words.hasPrefix("Fatal error: a trap"), "last words: \(words)")
    try expect("outputs", results.outputs.count, 9)
  }

  /// Every worker dies over the first input it gets.
  static func onEveryInput() throws {
    let pool = try Pool.forkIdentical(Mortal { _ in true }, jobs: 3)
    let results = try read(pool.imap(0..<15).results)
    try expect("inputs that died", results.errors.count { $0.value.kind == .died }, 15)
    try expect("results", results.order.count, 15)
  }

  static func everyFiftieth() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Mortal { $0 % 50 == 49 }, jobs: 3)
      let results = try await loop.read(pool.imap(0..<1000).results)
      try expect("results", results.order.count, 1000)
      try expect("outputs", results.outputs, doubles((0..<1000).filter { $0 % 50 != 49 }))
      try expect("inputs that died", results.errors.count { $0.value.kind == .died }, 20)
    }
  }

  static func keepTheOrder() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(
        Mortal { $0 % 30 == 0 }, jobs: 3, options: .with { $0.order = .ordered })
      let results = try await loop.read(pool.imap(0..<300).results)
      try expect("order", results.order, Array(0..<300))
      try expect(
        "inputs that died", results.errors.keys.sorted(), Array(stride(from: 0, to: 300, by: 30)))
    }
  }

  /// A worker that has taken several inputs is blamed with one of them; the others are not lost.
  static func ofLookAhead() throws {
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2) { items in
      while let first = items.next() {
        let taken = [first] + (0..<3).compactMap { _ in items.next() }
        if taken.contains(where: { $0.input == 20 }) { kill(getpid(), SIGKILL) }
        for item in taken { try item.answer(2 * item.input) }
      }
    }
    let results = try read(pool.imap(0..<60).results)
    try expect("results", results.order.count, 60)
    try expect("kind", results.errors.values.map(\.kind).first, .died)
    for (input, output) in results.outputs { try expect("output", output, 2 * input) }
  }

  /// The process that forks the workers takes them with it when it is killed; another follows.
  static func ofTheForkServer() throws {
    let pool = try Pool.forkIdentical(Mortal { _ in false }, jobs: 2)
    var all = Results<Int, Int>()
    let cursor = try pool.imap(0..<2000).results.cursor()
    while let (input, result) = try cursor.next() {
      try all.add(input, result)
      if all.order.count == 100 { for server in Surroundings.children() { kill(server, SIGKILL) } }
    }
    try expect("results", all.order.count, 2000)
    try expect(all.errors.count <= 2, "each worker was at one input, but: \(all.errors)")
    try expect(all.errors.values.allSatisfy { $0.kind == .died }, "kinds: \(all.errors)")
  }

  /// One that dies with nothing to do is replaced, and costs no input.
  static func ofAnIdleWorker() throws {
    let pool = try Pool<Int, pid_t>.fork(jobs: 2) { _ in getpid() }
    let workers = try read(pool.imap(0..<50))
    for worker in Set(workers.outputs.values) { kill(worker, SIGKILL) }
    let others = try read(pool.imap(0..<50).results)
    try expect("outputs", others.outputs.count, 50)
    try expect(
      Set(workers.outputs.values).isDisjoint(with: others.outputs.values),
      "a killed worker answered")
  }

  static func thirtyPoolsInARow() throws {
    let before = Surroundings.descriptors()
    for round in 0..<30 {
      do {
        let pool = try Pool.forkIdentical(Mortal { $0 == round }, jobs: 1)
        let results = try read(pool.imap(0..<30).results)
        try expect("results", results.order.count, 30)
        try pool.closeSynchronously()
      }
      try expect("descriptors left", Surroundings.descriptors(but: before), [:])
      try expect("children left", Surroundings.anyChild(), nil)
    }
  }

  // MARK: What workers have started

  /// Starts a process that never ends, and says which.
  nonisolated private static func startOne() -> pid_t {
    var child = pid_t()
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("3600"), nil]
    defer { for argument in arguments { free(argument) } }
    return posix_spawnp(&child, "sleep", nil, nil, &arguments, environ) == 0 ? child : -1
  }

  private static func expectGone(_ processes: [pid_t]) throws {
    try expect(!processes.isEmpty, "no process was started")
    for process in processes {
      try expect(process > 1, "it could not be started")
      let isGone = Surroundings.eventually({ kill(process, 0) != 0 }) { $0 }
      try expect("process \(process) is gone", isGone, true)
    }
  }

  /// Tells of what it has started by way of a pipe.
  nonisolated private static func tell(_ process: pid_t, _ pipe: SharedPipe) {
    withUnsafeBytes(of: process) { for byte in $0 { pipe.put(byte) } }
  }

  private static func told(_ pipe: SharedPipe) -> [pid_t] {
    var processes: [pid_t] = []
    while true {
      var bytes: [UInt8] = []
      while bytes.count < 4, let byte = pipe.take() { bytes.append(byte) }
      if bytes.count < 4 { return processes }
      processes.append(bytes.withUnsafeBytes { $0.loadUnaligned(as: pid_t.self) })
    }
  }

  static func takeWhatTheyStartedAlong() throws {
    let started = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(jobs: 1) { input in
      tell(startOne(), started)
      if input == 1 { kill(getpid(), SIGKILL) }
      return input
    }
    let results = try read(pool.imap(0..<3).results)
    try expect("inputs that died", Array(results.errors.keys), [1])
    try pool.closeSynchronously()
    try expectGone(told(started))
  }

  static func lateWorkersTakeTheirsAlong() throws {
    let started = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(
      jobs: 2, options: .with { $0.timeLimit = .milliseconds(300) }
    ) { input in
      tell(startOne(), started)
      while input < 4 { pause() }
      return input
    }
    let results = try read(pool.imap(0..<6).results)
    try expect("kinds", results.errors.values.map(\.kind), Array(repeating: .timedOut, count: 4))
    try pool.closeSynchronously()
    try expectGone(told(started))
  }

  static func leaversTakeTheirsAlong() throws {
    let started = try SharedPipe()
    do {
      let pool = try Pool<Int, Int>.fork(jobs: 1) { input in
        tell(startOne(), started)
        return input
      }
      try expect("outputs", try read(pool.imap(0..<3)).order.count, 3)
    }
    try expectGone(told(started))
  }
}
