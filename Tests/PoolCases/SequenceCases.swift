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
    PoolCase("sequence.skipsAnInput", skipsAnInput),
    PoolCase("sequence.answersInAnyOrder", answersInAnyOrder),
    PoolCase("sequence.answersTwice", answersTwice),
    PoolCase("sequence.diesWithAnswersOutOfTurn", diesWithAnswersOutOfTurn),
    PoolCase("sequence.throwsWithInputsTaken", throwsWithInputsTaken),
    PoolCase("sequence.isReused", isReused),
  ]

  struct Broken: Error {}

  /// Takes `count` inputs before it yields their outputs.
  private static func inGroups(
    of count: Int
  ) -> @Sendable (WorkItems<Int, Int>) throws -> Void {
    { items in
      while true {
        let taken = (0..<count).compactMap { _ in items.next() }
        if taken.isEmpty { return }
        for item in taken { try item.answer(2 * item.input) }
      }
    }
  }

  static func oneByOne() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 3) { items in
        for item in items { try item.answer(2 * item.input) }
      }
      let results = try await loop.read(pool.imap(0..<500))
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

      mutating func run(_ items: WorkItems<String, String>) throws {
        for item in items {
          try item.answer("\(item.input)\(next)")
          next += 1
        }
      }

      func finish() { diary.put("f") }
    }
    for loop in Loop.allCases {
      let diary = try SharedPipe()
      let pool = try Pool.fork([Numbering(first: 5, diary: diary)])
      let results = try await loop.read(pool.imap(["a", "b", "c"]))
      try expect("outputs", results.outputs, ["a": "a5", "b": "b6", "c": "c7"])
      try shut(pool)
      try expect("diary", diary.takeAll(), "sf")
    }
  }

  static func looksAhead() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 2, inGroups(of: 3))
      let results = try await loop.read(pool.imap(0..<100))
      try expect("outputs", results.outputs, doubles(0..<100))
    }
  }

  /// Where no more may be in flight than it wants, it is given what there is.
  static func looksFurtherAheadThanItMay() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(
        jobs: 1, options: .with { $0.maxUnreadPerWorker = 2 }, inGroups(of: 3))
      let results = try await loop.read(pool.imap(0..<50))
      try expect("outputs", results.outputs, doubles(0..<50))
    }
  }

  static func looksAheadWithChunks() throws {
    for chunk in [1, 2, 4, 7] {
      let pool = try Pool<Int, Int>.forkSequence(
        jobs: 2,
        options: .with {
          $0.chunk = chunk
          $0.order = .ordered
        }, inGroups(of: 3))
      let results = try read(pool.imap(0..<100))
      try expect("order with chunks of \(chunk)", results.order, Array(0..<100))
    }
  }

  static func takesAllBeforeItYields() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 2) { items in
        for item in Array(items) { try item.answer(2 * item.input) }
      }
      let results = try await loop.read(pool.imap(0..<500))
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  /// Always has one input that it has not answered, so that results come before what it waits for.
  static func yieldsBehind() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 1) { items in
        guard var last = items.next() else { return }
        for item in items {
          try last.answer(2 * last.input)
          last = item
        }
        try last.answer(2 * last.input)
      }
      let results = try await loop.read(pool.imap(0..<500))
      try expect("outputs", results.outputs, doubles(0..<500))
    }
  }

  static func leavesAnOutputOut() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(jobs: 2) { items in
        while let item = items.next() {
          if item.input == 30 { return }
          try item.answer(2 * item.input)
        }
      }
      let results = try await loop.read(pool.imap(0..<60).results)
      try expect("inputs with an error", Array(results.errors.keys), [30])
      try expect("kind", results.errors[30]?.kind, .missingOutput)
      try expect("record", results.errors[30]?.record, 30)
      try expect("outputs", results.outputs, doubles((0..<60).filter { $0 != 30 }))
    }
  }

  static func returnsAtOnce() throws {
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2) { _ in }
    let results = try read(pool.imap(0..<60).results)
    try expect("errors", results.errors.count { $0.value.kind == .missingOutput }, 60)
  }

  /// One that skips an input and goes on; the others keep their own outputs.
  static func skipsAnInput() async throws {
    for loop in Loop.allCases {
      for order in [PoolOptions.Order.unordered, .ordered] {
        let options = PoolOptions.with {
          $0.order = order
          $0.allowsThreads = true
        }
        let pool = try Pool<Int, Int>.forkSequence(jobs: 2, options: options) { items in
          for item in items where item.input % 10 != 3 { try item.answer(2 * item.input) }
        }
        let results = try await loop.read(pool.imap(0..<200).results)
        try expect("outputs", results.outputs, doubles((0..<200).filter { $0 % 10 != 3 }))
        try expect("kinds", results.errors.values.filter { $0.kind != .missingOutput }, [])
        for (input, error) in results.errors { try expect("record", error.record, input) }
      }
    }
  }

  /// Answers come in any order, some of them as failures.
  static func answersInAnyOrder() throws {
    for chunk in [nil, 1, 3, 7] {
      for order in [PoolOptions.Order.unordered, .ordered] {
        let options = PoolOptions.with {
          $0.chunk = chunk
          $0.order = order
        }
        let pool = try Pool<Int, Int>.forkSequence(jobs: 2, options: options) { items in
          while true {
            let taken = (0..<5).compactMap { _ in items.next() }
            if taken.isEmpty { return }
            for item in taken.reversed() {
              if item.input % 9 == 4 {
                try item.fail(Broken())
              } else {
                try item.answer(2 * item.input)
              }
            }
          }
        }
        let results = try read(pool.imap(0..<300).results)
        try expect("outputs", results.outputs, doubles((0..<300).filter { $0 % 9 != 4 }))
        try expect("kinds", Set(results.errors.values.map(\.kind)), [.thrown])
        if order == .ordered { try expect("order", results.order, Array(0..<300)) }
      }
    }
  }

  /// An input is answered once; that it is answered again, the worker is told, and nobody else.
  static func answersTwice() throws {
    let refusals = try SharedPipe()
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2) { items in
      for item in items {
        try item.answer(2 * item.input)
        do { try item.answer(-1) } catch { refusals.put() }
      }
    }
    try expect("outputs", try read(pool.imap(0..<60)).outputs, doubles(0..<60))
    try expect("refusals", refusals.count(), 60)
  }

  /// A death is charged to the oldest input that was not answered; the others are mapped elsewhere.
  static func diesWithAnswersOutOfTurn() throws {
    let deaths = try SharedPipe(1)
    let pool = try Pool<Int, Int>.forkSequence(jobs: 1, options: .with { $0.chunk = 10 }) { items in
      while let first = items.next() {
        let others = (0..<4).compactMap { _ in items.next() }
        for item in others { try item.answer(2 * item.input) }
        if first.input == 20, deaths.take() != nil { Surroundings.leave(status: 1) }
        try first.answer(2 * first.input)
      }
    }
    let results = try read(pool.imap(0..<60).results)
    try expect("results", results.order.count, 60)
    try expect("inputs that died", Array(results.errors.keys), [20])
    try expect("outputs", results.outputs, doubles((0..<60).filter { $0 != 20 }))
  }

  static func throwsWithInputsTaken() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.forkSequence(
        jobs: 1, options: .with { $0.chunk = 3 }
      ) { items in
        while let first = items.next() {
          let taken = [first] + (0..<2).compactMap { _ in items.next() }
          if taken.contains(where: { $0.input == 10 }) { throw Broken() }
          for item in taken { try item.answer(2 * item.input) }
        }
      }
      let results = try await loop.read(pool.imap(0..<30).results)
      try expect("inputs with an error", results.errors.keys.sorted(), [9, 10, 11])
      try expect("kinds", Set(results.errors.values.map(\.kind)), [.thrown])
      try expect("outputs", results.outputs.count, 27)
    }
  }

  static func isReused() throws {
    let pool = try Pool<Int, Int>.forkSequence(jobs: 2, inGroups(of: 3))
    for length in [1, 2, 3, 4, 10, 100] {
      let pairs = try pool.imap(0..<length)
      try expect("outputs", try read(pairs).outputs, doubles(0..<length))
    }
    try pool.closeSynchronously()
  }
}
