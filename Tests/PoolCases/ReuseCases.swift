import Glibc
import VimapKit

/// Pools that are given inputs more than once.
@MainActor enum ReuseCases {
  static let all = [
    PoolCase("reuse.keepsTheWorkers", keepsTheWorkers),
    PoolCase("reuse.behindAnEarlyEnd", behindAnEarlyEnd),
    PoolCase("reuse.behindAnEarlyEndInOrder", behindAnEarlyEndInOrder),
    PoolCase("reuse.queuesInputs", queuesInputs),
    PoolCase("reuse.queuesInputsInOrder", queuesInputsInOrder),
    PoolCase("reuse.whileALoopRuns", whileALoopRuns),
    PoolCase("reuse.ofOneSequenceOfResults", ofOneSequenceOfResults),
    PoolCase("reuse.afterClosing", afterClosing),
    PoolCase("reuse.pretransform", pretransform),
    PoolCase("reuse.pretransformThatThrows", pretransformThatThrows),
    PoolCase("reuse.pretransformKeepsWhatCannotTravel", pretransformKeepsWhatCannotTravel),
    PoolCase("reuse.mixedInputs", mixedInputs),
    PoolCase("reuse.mixedInputsOneAfterTheOther", mixedInputsOneAfterTheOther),
  ]

  private static func doublers(_ options: PoolOptions = PoolOptions()) throws -> Pool<Int, Int> {
    try Pool.fork(jobs: 3, options: options) { 2 * $0 }
  }

  static func keepsTheWorkers() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, pid_t>.fork(jobs: 2) { _ in getpid() }
      var processes: Set<pid_t> = []
      for _ in 0..<20 {
        let results = try await loop.read(pool.imap(0..<50).zipInOut(closeIfDone: false))
        try expect("outputs", results.outputs.count, 50)
        processes.formUnion(results.outputs.values)
        try expect("in flight", pool.inFlight, 0)
      }
      try expect(processes.count <= 2, "\(processes.count) processes")
      try expect("last", try await loop.read(pool.imap([1]).zipInOut()).outputs.count, 1)
      try expect("closed", pool.isClosed, true)
    }
  }

  /// What a loop left unread, the next one reads.
  static func behindAnEarlyEnd() async throws {
    let pools = try [doublers(), doublers()]
    for (loop, pool) in zip(Loop.allCases, pools) {
      var all = Results<Int, Int>()
      switch loop {
      case .plain:
        for (input, output) in try pool.imap(0..<100).zipInOut(closeIfDone: false) {
          try all.add(.output(input, output))
          if all.order.count == 10 { break }
        }
      case .waiting:
        for try await (input, output) in try pool.imap(0..<100).zipInOut(closeIfDone: false) {
          try all.add(.output(input, output))
          if all.order.count == 10 { break }
        }
      }
      try expect("closed", pool.isClosed, false)
      for (input, output) in try await loop.read(pool.imap(100..<200).zipInOut()).outputs {
        try all.add(.output(input, output))
      }
      try expect("outputs", all.outputs, doubles(0..<200))
    }
  }

  static func behindAnEarlyEndInOrder() throws {
    let pool = try doublers(.ordered)
    var order: [Int] = []
    try pool.imap(0..<500)
    for length in [1, 0, 31, 32, 33, 100] {
      for (input, _) in pool.zipInOut(closeIfDone: false).prefix(length) { order.append(input) }
    }
    order += try read(pool.zipInOut()).order
    try expect("order", order, Array(0..<500))
  }

  static func queuesInputs() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      try pool.imap(0..<10)
      try pool.imap([])
      try pool.imap(10..<11)
      try pool.imap(stride(from: 11, to: 60, by: 1))
      let results = try await loop.read(pool.imap([60]).zipInOut())
      try expect("outputs", results.outputs, doubles(0...60))
    }
  }

  static func queuesInputsInOrder() async throws {
    for loop in Loop.allCases {
      let pool = try doublers(.ordered)
      for start in stride(from: 0, to: 100, by: 7) { try pool.imap(start..<min(100, start + 7)) }
      try expect("order", try await loop.read(pool.zipInOut()).order, Array(0..<100))
    }
  }

  /// A loop's inputs can come of its own results.
  static func whileALoopRuns() throws {
    let pool = try doublers()
    var all = Results<Int, Int>()
    for (input, output) in try pool.imap([1]).zipInOut() {
      try all.add(.output(input, output))
      if output < 1000 { try pool.imap([output]) }
    }
    try expect("inputs", all.order, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    try expect("closed", pool.isClosed, true)
  }

  /// It is read once.
  static func ofOneSequenceOfResults() throws {
    let pool = try doublers()
    let pairs = try pool.imap(0..<10).zipInOut()
    try expect("first", pairs.map(\.0).sorted(), Array(0..<10))
    try expect("second", pairs.map(\.0), [])
  }

  static func afterClosing() throws {
    let pool = try doublers()
    pool.close()
    try expect("error", try expectThrow(PoolError.self) { try pool.imap([1]) }, .closed)
    let other = try doublers()
    try other.imap([1]).blockIgnoreOutput()
    let error = try expectThrow(PoolError.self) { try other.imap([1]) }
    try expect("error", error, .closed)
    try expect(error.description.contains("closeIfDone"), "text: \(error)")
    try expect("results", try read(other.zipInOut()).order, [])
  }

  // MARK: Pretransform

  static func pretransform() async throws {
    for loop in Loop.allCases {
      let pool = try doublers()
      let words = ["", "a", "bc", "def"]
      let results = try await loop.read(
        pool.imap(words, pretransform: { $0.utf8.count }).zipInOut())
      try expect("outputs", results.outputs, ["": 0, "a": 2, "bc": 4, "def": 6])
    }
  }

  static func pretransformThatThrows() async throws {
    struct TooLong: Error {}
    for loop in Loop.allCases {
      let pool = try doublers()
      let mapping = try pool.imap(["a", "bcd", "e"]) { word in
        if word.utf8.count > 2 { throw TooLong() }
        return word.utf8.count
      }
      let results = try await loop.read(mapping.zipInOutTyp())
      try expect("outputs", results.outputs, ["a": 2, "e": 2])
      let error = try need("error", results.errors["bcd"])
      try expect("kind", error.kind, .unsendableInput)
      try expect("record", error.record, 1)
      try expect(error.typeName?.hasSuffix("TooLong") == true, "type: \(error)")
    }
  }

  static func pretransformKeepsWhatCannotTravel() throws {
    final class Handle {
      let number: Int
      var output: Int?
      init(_ number: Int) { self.number = number }
    }
    let handles = (0..<100).map(Handle.init)
    let mapping = try doublers().imap(handles, pretransform: { $0.number })
    try mapping.zipInOut { $0.output = $1 }
    try expect("outputs", handles.map(\.output), (0..<100).map { 2 * $0 })
  }

  static func mixedInputs() async throws {
    let pools = try [doublers(), doublers()]
    for (loop, pool) in zip(Loop.allCases, pools) {
      try pool.imap(0..<5)
      let words = try pool.imap(["a", "b"], pretransform: { $0.utf8.count })
      do {
        _ = try await loop.read(words.zipInOut())
        try expect(false, "results of another type came first, and nobody noticed")
      } catch let error as PoolError {
        try expect("error", error, .mixedInputs)
      }
    }
  }

  static func mixedInputsOneAfterTheOther() throws {
    let pool = try doublers(.ordered)
    try pool.imap(0..<5)
    let words = try pool.imap(["a", "bc"], pretransform: { $0.utf8.count })
    var numbers = pool.zipInOut(closeIfDone: false).makeIterator()
    for number in 0..<5 { try expect("number", numbers.next()?.0, number) }
    try expect("words", try read(words.zipInOut()).outputs, ["a": 2, "bc": 4])
  }
}
