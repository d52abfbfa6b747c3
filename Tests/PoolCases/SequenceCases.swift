import VimapKit

/// Workers that take their inputs themselves.
@MainActor enum SequenceCases {
  static let all = [
    PoolCase("sequence.oneByOne", oneByOne),
    PoolCase("sequence.asAWorker", asAWorker),
    PoolCase("sequence.looksAhead", looksAhead),
    PoolCase("sequence.looksFurtherAheadThanItMay", looksFurtherAheadThanItMay),
    PoolCase("sequence.looksAheadWithChunks", looksAheadWithChunks),
    PoolCase("sequence.takesAllBeforeItYields", takesAllBeforeItYields),
    PoolCase("sequence.yieldsBehind", yieldsBehind),
    PoolCase("sequence.leavesAnOutputOut", leavesAnOutputOut),
    PoolCase("sequence.returnsAtOnce", returnsAtOnce),
    PoolCase("sequence.yieldsTooMuch", yieldsTooMuch),
    PoolCase("sequence.yieldsTooMuchOnce", yieldsTooMuchOnce),
    PoolCase("sequence.yieldsBeforeItTakes", yieldsBeforeItTakes),
    PoolCase("sequence.throwsWithInputsTaken", throwsWithInputsTaken),
    PoolCase("sequence.isReused", isReused),
  ]

  struct Broken: Error {}

  /// Takes `count` inputs before it yields their outputs.
  private static func inGroups(
    of count: Int
  ) -> (WorkerInputs<Int>, WorkerOutputs<Int>) throws -> Void {
    { inputs, outputs in
      while true {
        let taken = (0..<count).compactMap { _ in inputs.next() }
        if taken.isEmpty { return }
        for input in taken { try outputs.yield(2 * input) }
      }
    }
  }

  static func oneByOne() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 3) { inputs, outputs in
        for input in inputs { try outputs.yield(2 * input) }
      }
      let results = try await loop.read(pool.imap(0..<500).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  static func asAWorker() async throws {
    struct Numbering: SequenceWorker {
      let first: Int
      let diary: SharedPipe
      var next = 0

      mutating func start() {
        next = first
        diary.put("s")
      }

      mutating func run(_ inputs: WorkerInputs<String>, _ outputs: WorkerOutputs<String>) throws {
        for input in inputs {
          try outputs.yield("\(input)\(next)")
          next += 1
        }
      }

      func finish() { diary.put("f") }
    }
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.fork([Numbering(first: 5, diary: diary)])
      let results = try await loop.read(pool.imap(["a", "b", "c"]).zipInOut())
      try expect("outputs", results.outputs, ["a": "a5", "b": "b6", "c": "c7"])
      try expect("diary", diary.takeAll(), "sf")
    }
  }

  static func looksAhead() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2, sequence: inGroups(of: 3))
      let results = try await loop.read(pool.imap(0..<100).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<100))
    }
  }

  /// Where no more may be in flight than it wants, it is given what there is.
  static func looksFurtherAheadThanItMay() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(
        jobs: 1, options: .with { $0.maxTotalInFlightFactor = 2 }, sequence: inGroups(of: 3))
      let results = try await loop.read(pool.imap(0..<50).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<50))
    }
  }

  static func looksAheadWithChunks() throws {
    for chunk in [1, 2, 4, 7] {
      let pool = try Pool<Int, Int>.fork(
        jobs: 2,
        options: .with {
          $0.chunk = chunk
          $0.order = .ordered
        }, sequence: inGroups(of: 3))
      let results = try read(pool.imap(0..<100).zipInOut())
      try expect("order with chunks of \(chunk)", results.order, Array(0..<100))
    }
  }

  static func takesAllBeforeItYields() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2) { inputs, outputs in
        for input in Array(inputs) { try outputs.yield(2 * input) }
      }
      let results = try await loop.read(pool.imap(0..<500).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  /// Always has one input that it has not answered, so that results come before what it waits for.
  static func yieldsBehind() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 1) { inputs, outputs in
        guard var last = inputs.next() else { return }
        for input in inputs {
          try outputs.yield(2 * last)
          last = input
        }
        try outputs.yield(2 * last)
      }
      let results = try await loop.read(pool.imap(0..<500).zipInOut())
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  static func leavesAnOutputOut() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2) { inputs, outputs in
        while let input = inputs.next() {
          if input == 30 { return }
          try outputs.yield(2 * input)
        }
      }
      let results = try await loop.read(pool.imap(0..<60).zipInOutTyp())
      try expect("inputs with an error", Array(results.errors.keys), [30])
      try expect("kind", results.errors[30]?.kind, .missingOutput)
      try expect("record", results.errors[30]?.record, 30)
      try expect("outputs", results.outputs, doubles((0..<60).filter { $0 != 30 }))
    }
  }

  static func returnsAtOnce() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2) { _, _ in }
    let results = try read(pool.imap(0..<60).zipInOutTyp())
    try expect("errors", results.errors.count { $0.value.kind == .missingOutput }, 60)
  }

  static func yieldsTooMuch() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 2) { inputs, outputs in
        while let input = inputs.next() {
          try outputs.yield(2 * input)
          if input % 20 == 10 { try outputs.yield(-1) }
        }
      }
      let results = try await loop.read(pool.imap(0..<60).zipInOutTyp())
      try expect("outputs", results.outputs, doubles(0..<60))
      try expect("errors", results.errors.count, 0)
      try expect("kinds", results.loose.map(\.kind), Array(repeating: .surplusOutput, count: 3))
      try expect("records", results.loose.compactMap(\.record).sorted(), [10, 30, 50])
    }
  }

  /// A worker that goes on behind its surplus output without minding the error.
  static func yieldsTooMuchOnce() throws {
    let surplus = try SharedPipe(1)
    let pool = try Pool<Int, Int>.fork(jobs: 1, options: .ordered) { inputs, outputs in
      while let input = inputs.next() {
        try outputs.yield(2 * input)
        if input == 5, surplus.take() != nil { try? outputs.yield(-1) }
      }
    }
    let results = try read(pool.imap(0..<60).zipInOutTyp())
    try expect("order", results.order, Array(0..<60))
    try expect("outputs", results.outputs, doubles(0..<60))
    try expect("records", results.loose.map(\.record), [5])
  }

  static func yieldsBeforeItTakes() throws {
    let surplus = try SharedPipe(1)
    let pool = try Pool<Int, Int>.fork(jobs: 1) { inputs, outputs in
      if surplus.take() != nil { try outputs.yield(-1) }
      for input in inputs { try outputs.yield(2 * input) }
    }
    let results = try read(pool.imap(0..<20).zipInOutTyp())
    try expect(results.loose.contains { $0.kind == .surplusOutput }, "errors: \(results.loose)")
    try expect("inputs", results.order.sorted(), Array(0..<20))
    for (input, output) in results.outputs { try expect("output", output, 2 * input) }
  }

  static func throwsWithInputsTaken() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(
        jobs: 1, options: .with { $0.chunk = 3 }
      ) { inputs, outputs in
        while let first = inputs.next() {
          let taken = [first] + (0..<2).compactMap { _ in inputs.next() }
          if taken.contains(10) { throw Broken() }
          for input in taken { try outputs.yield(2 * input) }
        }
      }
      let results = try await loop.read(pool.imap(0..<30).zipInOutTyp())
      try expect("inputs with an error", results.errors.keys.sorted(), [9, 10, 11])
      try expect("kinds", Set(results.errors.values.map(\.kind)), [.thrown])
      try expect("outputs", results.outputs.count, 27)
    }
  }

  static func isReused() throws {
    let pool = try Pool<Int, Int>.fork(jobs: 2, sequence: inGroups(of: 3))
    for length in [1, 2, 3, 4, 10, 100] {
      let pairs = try pool.imap(0..<length).zipInOut(closeIfDone: false)
      try expect("outputs", try read(pairs).outputs, doubles(0..<length))
    }
    pool.close()
  }
}
