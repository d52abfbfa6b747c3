import VimapKit

/// How much a pool takes ahead, and how long it holds on to it.
@MainActor enum BoundCases {
  static let all = [
    PoolCase("bounds.streaming", streaming),
    PoolCase("bounds.streamingStrictly", streamingStrictly),
    PoolCase("bounds.totalInFlight", totalInFlight),
    PoolCase("bounds.totalInFlightWithFailures", totalInFlightWithFailures),
    PoolCase("bounds.realInFlight", realInFlight),
    PoolCase("bounds.nothingIsTakenUnasked", nothingIsTakenUnasked),
    PoolCase("bounds.noMoreIsTakenAheadThanAsked", noMoreIsTakenAheadThanAsked),
    PoolCase("bounds.windowOfLargeInputs", windowOfLargeInputs),
    PoolCase("bounds.inputsAreLetGoOf", inputsAreLetGoOf),
    PoolCase("bounds.inputsAreLetGoOfWhenLeft", inputsAreLetGoOfWhenLeft),
    PoolCase("bounds.memoryStaysFlat", memoryStaysFlat),
    PoolCase("bounds.memoryStaysFlatWithASlowConsumer", memoryStaysFlatWithASlowConsumer),
  ]

  private static func doublers(
    _ jobs: Int, _ options: PoolOptions = PoolOptions()
  ) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: jobs, options: options) { 2 * $0 }
  }

  /// Options of all sorts that have nothing to do with bounds, with bounds set.
  private static func variants(_ set: (inout PoolOptions) -> Void) -> [PoolOptions] {
    var variants: [PoolOptions] = []
    for order in [PoolOptions.Order.unordered, .ordered] {
      for chunk in [nil, 1, 5, 100] {
        variants.append(
          .with {
            $0.order = order
            $0.chunk = chunk
            set(&$0)
          })
      }
    }
    return variants
  }

  // MARK: Streaming

  /// Inputs go on until the first hundred have come out.
  /// - Returns: how many there were besides.
  private static func lookAhead(_ pool: Pool<Int, Int>, by loop: Loop) async throws -> Int {
    var missing = Set(0..<100)
    var next = 0
    let inputs = AnyIterator<Int> {
      if next >= 100, missing.isEmpty { return nil }
      next += 1
      return next - 1
    }
    let pairs = try pool.imap(inputs)
    try await loop.walk(pairs) { input, _ in
      missing.remove(input)
      return true
    }
    try expect("inputs that did not come out", missing, [])
    return next - 100
  }

  static func streaming() async throws {
    for loop in Loop.allCases {
      let ahead = try await lookAhead(doublers(1), by: loop)
      // Some batches of as many as take 4 ms.
      try expect(ahead < 50_000, "\(ahead) inputs were taken ahead")
    }
  }

  static func streamingStrictly() async throws {
    for loop in Loop.allCases {
      let pool = try doublers(1, .with { $0.maxUnreadPerWorker = 2 })
      let ahead = try await lookAhead(pool, by: loop)
      try expect(ahead <= 2, "\(ahead) inputs were taken ahead")
    }
  }

  // MARK: Bounds

  static func totalInFlight() throws {
    for factor in [1, 2, 7] {
      for options in variants({ $0.maxUnreadPerWorker = factor }) {
        var (pulled, seen, most) = (0, 0, 0)
        let inputs = (0..<300).lazy.map { input in
          pulled += 1
          most = max(most, pulled - seen)
          return input
        }
        let cursor = try doublers(3, options).imap(inputs).cursor()
        while let (input, output) = try cursor.next() {
          try expect("output", output, 2 * input)
          seen += 1
        }
        try expect("results", seen, 300)
        try expect(most <= 3 * factor, "\(most) in flight of \(3 * factor): \(options)")
      }
    }
  }

  static func totalInFlightWithFailures() throws {
    for options in variants({ $0.maxUnreadPerWorker = 2 }) {
      var (pulled, seen, most) = (0, 0, 0)
      let inputs = AnyIterator {
        pulled += 1
        most = max(most, pulled - seen)
        return pulled <= 300
          ? CodingCases.Parcel(pulled, pulled % 3 == 0 ? .unsendable : .none) : nil
      }
      let pool = try Pool<CodingCases.Parcel, Int>.fork(jobs: 2, options: options) { $0.number }
      let cursor = try pool.imap(inputs).results.cursor()
      while let _ = try cursor.next() { seen += 1 }
      try expect("results", seen, 300)
      // The last is asked for and is not there.
      try expect(most <= 4, "\(most) in flight of 4: \(options)")
    }
  }

  /// Workers tell of each input before its answer, so that there are no more with them than have
  /// been taken and not told of.
  static func realInFlight() throws {
    for factor in [1, 2, 5] {
      for options in variants({ $0.maxInFlightPerWorker = factor }) {
        let told = try SharedPipe()
        let pool = try Pool<Int, Int>.fork(jobs: 2, options: options) { input in
          told.put()
          return 2 * input
        }
        var (pulled, done, most) = (0, 0, 0)
        let inputs = (0..<300).lazy.map { input in
          pulled += 1
          done += told.count()
          most = max(most, pulled - done)
          return input
        }
        try expect("outputs", try read(pool.imap(inputs)).outputs, doubles(0..<300))
        try expect(most <= 2 * factor, "\(most) with workers of \(2 * factor): \(options)")
      }
    }
  }

  // MARK: Laziness

  static func nothingIsTakenUnasked() async throws {
    for loop in Loop.allCases {
      var pulled = 0
      let inputs = AnyIterator {
        pulled += 1
        return pulled <= 10 ? pulled : nil
      }
      let pool = try doublers(2)
      let pairs = try pool.imap(inputs)
      try expect("in flight", pool.progress.inFlight, 0)
      try expect("inputs taken", pulled, 0)
      try expect("results", try await loop.read(pairs).order.count, 10)
    }
  }

  static func noMoreIsTakenAheadThanAsked() async throws {
    for loop in Loop.allCases {
      var pulled = 0
      let inputs = AnyIterator {
        pulled += 1
        return pulled
      }
      // How much is taken without a bound depends on how fast the workers are.
      let options = PoolOptions.with {
        $0.order = .ordered
        $0.maxUnreadPerWorker = 50
      }
      let pairs = try doublers(2, options).imap(inputs)
      var seen = 0
      func look() throws {
        seen += 1
        try expect(pulled <= 100 + seen, "\(pulled) inputs were taken for \(seen) results")
      }
      try await loop.walk(pairs) { _, _ in
        try look()
        return seen < 140
      }
    }
  }
}
