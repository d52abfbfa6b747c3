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
  ]

  /// Doubles its inputs, except those over which it kills itself.
  struct Mortal: Worker {
    let dies: (Int) -> Bool

    func process(_ input: Int) -> Int {
      if dies(input) { kill(getpid(), SIGKILL) }
      return 2 * input
    }
  }

  static func costOneInput() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Mortal { $0 == 17 }, jobs: 3)
      let results = try await loop.read(pool.imap(0..<40).zipInOutTyp())
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
      let pool = try Pool.forkChunked(
        Array(repeating: Mortal { $0 == 23 }, count: 2), defaultChunkSize: 20)
      let results = try await loop.read(pool.imap(0..<100).zipInOutTyp())
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
      let results = try await loop.read(pool.imap(0..<40).zipInOut())
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
    let results = try read(pool.imap(0..<10).zipInOutTyp())
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
      let results = try await loop.read(pool.imap(0..<10).zipInOutTyp())
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
    let results = try read(pool.imap(0..<10).zipInOutTyp())
    try expect("outputs", results.outputs, doubles(0..<9))
    try expect("kind", results.errors[9]?.kind, .died)
  }

  static func byTrap() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { input in
      if input == 3 { fatalError("a trap") }
      return 2 * input
    }
    let results = try read(pool.imap(0..<10).zipInOutTyp())
    try expect("kind", results.errors[3]?.kind, .died)
    try expect(results.errors[3]?.signal != nil, "a trap is a signal: \(results.errors)")
    try expect("outputs", results.outputs.count, 9)
  }

  /// Every worker dies over the first input it gets.
  static func onEveryInput() throws {
    let pool = try Pool.forkIdentical(Mortal { _ in true }, jobs: 3)
    let results = try read(pool.imap(0..<15).zipInOutTyp())
    try expect("inputs that died", results.errors.count { $0.value.kind == .died }, 15)
    try expect("results", results.order.count, 15)
    try expect("errors of no input", results.loose.count, 0)
  }

  static func everyFiftieth() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(Mortal { $0 % 50 == 49 }, jobs: 3)
      let results = try await loop.read(pool.imap(0..<1000).zipInOutTyp())
      try expect("results", results.order.count, 1000)
      try expect("outputs", results.outputs, doubles((0..<1000).filter { $0 % 50 != 49 }))
      try expect("inputs that died", results.errors.count { $0.value.kind == .died }, 20)
    }
  }

  static func keepTheOrder() async throws {
    for loop in Loop.allCases {
      let pool = try Pool.forkIdentical(
        Mortal { $0 % 30 == 0 }, jobs: 3, options: .with { $0.order = .ordered })
      let results = try await loop.read(pool.imap(0..<300).zipInOutTyp())
      try expect("order", results.order, Array(0..<300))
      try expect(
        "inputs that died", results.errors.keys.sorted(), Array(stride(from: 0, to: 300, by: 30)))
    }
  }

  /// A worker that has taken several inputs is blamed with one of them; the others are not lost.
  static func ofLookAhead() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { inputs, outputs in
      while let first = inputs.next() {
        let taken = [first] + (0..<3).compactMap { _ in inputs.next() }
        if taken.contains(20) { kill(getpid(), SIGKILL) }
        for input in taken { try outputs.yield(2 * input) }
      }
    }
    let results = try read(pool.imap(0..<60).zipInOutTyp())
    try expect("results", results.order.count, 60)
    try expect("kind", results.errors.values.map(\.kind).first, .died)
    for (input, output) in results.outputs { try expect("output", output, 2 * input) }
  }

  /// The process that forks the workers takes them with it when it is killed; another follows.
  static func ofTheForkServer() throws {
    let pool = try Pool.forkIdentical(Mortal { _ in false }, jobs: 2)
    var all = Results<Int, Int>()
    for result in try pool.imap(0..<2000).zipInOutTyp() {
      try all.add(result)
      if all.order.count == 100 { for server in Surroundings.children() { kill(server, SIGKILL) } }
    }
    try expect("results", all.order.count, 2000)
    try expect(all.errors.count <= 2, "each worker was at one input, but: \(all.errors)")
    try expect(all.errors.values.allSatisfy { $0.kind == .died }, "kinds: \(all.errors)")
  }

  /// One that dies with nothing to do is replaced, and costs no input.
  static func ofAnIdleWorker() throws {
    let pool = try Pool<Int, pid_t>.fork(jobs: 2) { _ in getpid() }
    let workers = try read(pool.imap(0..<50).zipInOut(closeIfDone: false))
    for worker in Set(workers.outputs.values) { kill(worker, SIGKILL) }
    let others = try read(pool.imap(0..<50).zipInOutTyp())
    try expect("outputs", others.outputs.count, 50)
    try expect(
      Set(workers.outputs.values).isDisjoint(with: others.outputs.values),
      "a killed worker answered")
  }

  static func thirtyPoolsInARow() throws {
    let before = Surroundings.descriptors()
    for round in 0..<30 {
      let pool = try Pool.forkIdentical(Mortal { $0 == round }, jobs: 1)
      let results = try read(pool.imap(0..<30).zipInOutTyp())
      try expect("results", results.order.count, 30)
      try expect("descriptors left", Surroundings.descriptors(but: before), [:])
      try expect("children left", Surroundings.anyChild(), nil)
    }
  }
}
