import Glibc
import VimapKit

/// Many inputs, large ones, and many workers.
@MainActor enum LoadCases {
  static let all = [
    PoolCase("load.fullOutputs", fullOutputs),
    PoolCase("load.fullOutputsInOrder", fullOutputsInOrder),
    PoolCase("load.manySmallInputs", manySmallInputs),
    PoolCase("load.largeOutputs", largeOutputs),
    PoolCase("load.largeInputs", largeInputs),
    PoolCase("load.largeInputsWithFewDescriptors", largeInputsWithFewDescriptors),
    PoolCase("load.largeInputsAndOutputsInOrder", largeInputsAndOutputsInOrder),
    PoolCase("load.sizesAroundASlab", sizesAroundASlab),
    PoolCase("load.seventyWorkers", seventyWorkers),
    PoolCase("load.fiveHundredWorkers", fiveHundredWorkers),
  ]

  /// Workers have no room for results, as each is handed out much later than it is made.
  private static func expectAll(_ pairs: Mapping<Int, String>, by loop: Loop) async throws {
    var order: [Int] = []
    try await loop.walk(pairs) { input, output in
      try expect(output == text(2000, input), "the output for \(input) is damaged")
      order.append(input)
      if input % 100 == 0 { usleep(1000) }
      return true
    }
    try expect("inputs", order.sorted(), Array(0..<10_000))
  }

  static func fullOutputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, String>.fork(jobs: 3) { text(2000, $0) }
      try await expectAll(pool.imap(0..<10_000), by: loop)
    }
  }

  static func fullOutputsInOrder() async throws {
    let pool = try Pool<Int, String>.fork(jobs: 3, options: .ordered) { text(2000, $0) }
    try await expectAll(pool.imap(0..<10_000), by: .plain)
  }

  static func manySmallInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, Int>.fork(jobs: 3) { 2 * $0 }
      let results = try await loop.read(pool.imap(0..<100_000))
      try expect("outputs", results.outputs, doubles(0..<100_000))
    }
  }

  // MARK: Sizes

  nonisolated private static func text(_ count: Int, _ number: Int) -> String {
    String(repeating: "x", count: count) + "\(number)"
  }

  static func largeOutputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Int, String>.fork(jobs: 3) { text(300_000, $0) }
      let results = try await loop.read(pool.imap(0..<60))
      try expect("inputs", results.order.count, 60)
      for (input, output) in results.outputs {
        try expect(output == text(300_000, input), "the output for \(input) is damaged")
      }
    }
  }

  static func largeInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<String, Int>.fork(jobs: 3) { $0.utf8.count }
      let inputs = (0..<50).lazy.map { text(1 << 20, $0) }
      let results = try await loop.read(pool.imap(inputs))
      try expect("inputs", results.order.count, 50)
      for (input, output) in results.outputs { try expect("length", output, input.utf8.count) }
    }
  }

  /// Each is in a file of its own, and waits where there can be no more of those.
  static func largeInputsWithFewDescriptors() throws {
    let pool = try Pool<String, Int>.fork(jobs: 1, options: .with { $0.chunk = 1 }) {
      $0.utf8.count
    }
    try expect("done", try pool.drainSynchronously(["x"]).done, 1)
    let inputs = (0..<30).lazy.map { text(1 << 20, $0) }
    let results = try Surroundings.withDescriptorsLeft(2) { try read(pool.imap(inputs)) }
    try expect("inputs", results.order.count, 30)
    for (input, output) in results.outputs { try expect("length", output, input.utf8.count) }
  }

  static func largeInputsAndOutputsInOrder() throws {
    let pool = try Pool<String, String>.fork(jobs: 3, options: .ordered) { $0 + $0 }
    let inputs = (0..<30).lazy.map { text($0 % 3 == 0 ? 1 << 20 : 1000, $0) }
    var number = 0
    try pool.imap(inputs).forEach { input, output in
      try expect(input == inputs[number], "input \(number) is damaged or out of turn")
      try expect(output == input + input, "the output for input \(number) is damaged")
      number += 1
    }
    try expect("results", number, 30)
  }

  /// Slabs are of 256 KiB.
  static func sizesAroundASlab() throws {
    for order in [PoolOptions.Order.unordered, .ordered] {
      let pool = try Pool<String, String>.fork(jobs: 2, options: .with { $0.order = order }) { $0 }
      let sizes = (-24...8).map { (256 << 10) + $0 } + (-12...4).map { (128 << 10) + $0 }
      let inputs = sizes.map { String(repeating: "x", count: $0) }
      let results = try read(pool.imap(inputs))
      try expect("inputs", results.order.count, sizes.count)
      for (input, output) in results.outputs {
        try expect(input == output, "the output for \(input.utf8.count) bytes is damaged")
      }
    }
  }

  // MARK: Workers

  /// With as many inputs as workers, each worker gets one: none goes on before all have begun. The
  /// inputs behind them find the gate open.
  private static func expectAllAtOnce(jobs: Int) throws {
    let arrived = try SharedPipe()
    let gate = try SharedPipe()
    let pool = try Pool<Int, Int>.fork(jobs: jobs, options: .with { $0.chunk = 1 }) { input in
      arrived.put()
      if arrived.unread >= jobs { gate.put() }
      gate.waitForAny()
      return input
    }
    for count in [jobs, jobs + 1] {
      let counts = try pool.imap(1...count).drainSynchronously()
      try expect("done", counts.done, count)
    }
    try pool.closeSynchronously()
    try expect("inputs begun", arrived.count(), 2 * jobs + 1)
  }

  static func seventyWorkers() throws { try expectAllAtOnce(jobs: 70) }

  static func fiveHundredWorkers() throws { try expectAllAtOnce(jobs: 500) }
}
