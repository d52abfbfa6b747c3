import VimapKit

/// Inputs and outputs that do not get from one process to another.
@MainActor enum CodingCases {
  static let all = [
    PoolCase("coding.unsendableInputs", unsendableInputs),
    PoolCase("coding.onlyUnsendableInputs", onlyUnsendableInputs),
    PoolCase("coding.unreadableInputs", unreadableInputs),
    PoolCase("coding.unsendableOutputs", unsendableOutputs),
    PoolCase("coding.unreadableOutputs", unreadableOutputs),
    PoolCase("coding.failuresKeepTheOrder", failuresKeepTheOrder),
    PoolCase("coding.isNotRetried", isNotRetried),
    PoolCase("coding.manyTypes", manyTypes),
  ]

  struct Odd: Error {}

  /// A number that cannot always be encoded or decoded.
  struct Parcel: Codable, Hashable {
    enum Flaw: Int, Codable {
      case none, unsendable, unreadable
    }
    var number: Int
    var flaw = Flaw.none

    init(_ number: Int, _ flaw: Flaw = .none) {
      self.number = number
      self.flaw = flaw
    }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      number = try container.decode(Int.self)
      flaw = try container.decode(Flaw.self)
      if flaw == .unreadable { throw Odd() }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(number)
      if flaw == .unsendable { throw Odd() }
      try container.encode(flaw)
    }
  }

  /// Forty of which every fourth, from 1 on, has a flaw.
  private static func parcels(_ flaw: Parcel.Flaw) -> [Parcel] {
    (0..<40).map { Parcel($0, $0 % 4 == 1 ? flaw : .none) }
  }

  private static func expectFlaws<Output>(
    _ results: Results<Parcel, Output>, _ kind: WorkerError.Kind
  ) throws {
    try expect("results", results.order.count, 40)
    try expect(
      "inputs with an error", results.errors.keys.map(\.number).sorted(),
      Array(stride(from: 1, to: 40, by: 4)))
    for (input, error) in results.errors {
      try expect("kind", error.kind, kind)
      try expect("record of \(error)", error.record, input.number)
      try expect("message", error.message, "Odd()")
      try expect("type", error.typeName, "Odd")
    }
  }

  static func unsendableInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Int>.fork(jobs: 2) { 2 * $0.number }
      let results = try await loop.read(pool.imap(parcels(.unsendable)).results)
      try expectFlaws(results, .unsendableInput)
      for (input, output) in results.outputs { try expect("output", output, 2 * input.number) }
    }
  }

  static func onlyUnsendableInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Int>.fork(jobs: 2) { 2 * $0.number }
      let results = try await loop.read(
        pool.imap((0..<500).map { Parcel($0, .unsendable) }).results)
      try expect("errors", results.errors.count, 500)
    }
  }

  static func unreadableInputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Int>.fork(jobs: 2) { 2 * $0.number }
      let results = try await loop.read(pool.imap(parcels(.unreadable)).results)
      try expectFlaws(results, .unreadableInput)
    }
  }

  static func unsendableOutputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Parcel>.fork(jobs: 2) {
        Parcel($0.number, $0.number % 4 == 1 ? .unsendable : .none)
      }
      let results = try await loop.read(pool.imap(parcels(.none)).results)
      try expectFlaws(results, .unsendableOutput)
    }
  }

  static func unreadableOutputs() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Parcel>.fork(jobs: 2) {
        Parcel($0.number, $0.number % 4 == 1 ? .unreadable : .none)
      }
      let results = try await loop.read(pool.imap(parcels(.none)).results)
      try expectFlaws(results, .unreadableOutput)
    }
  }

  static func failuresKeepTheOrder() async throws {
    for loop in Loop.allCases {
      let pool = try Pool<Parcel, Parcel>.fork(jobs: 3, options: .ordered) {
        if $0.number % 5 == 0 { throw Odd() }
        return Parcel($0.number, $0.number % 7 == 0 ? .unsendable : .none)
      }
      let inputs = (0..<300).map {
        Parcel($0, $0 % 3 == 0 ? .unsendable : $0 % 11 == 0 ? .unreadable : .none)
      }
      let results = try await loop.read(pool.imap(inputs).results)
      try expect("order", results.order, inputs)
    }
  }

  /// It would fail again.
  static func isNotRetried() throws {
    let tries = try SharedPipe()
    let pool = try Pool<Parcel, Parcel>.fork(jobs: 1, options: .with { $0.retries = 3 }) {
      tries.put()
      return Parcel($0.number, .unsendable)
    }
    let results = try read(pool.imap([Parcel(0), Parcel(1, .unreadable)]).results)
    try expect("tries", tries.count(), 1)
    try expect("attempts", results.errors.values.map(\.attempts), [1, 1])
  }

  /// Values of all kinds come out as they went in.
  static func manyTypes() throws {
    enum Shape: Codable, Hashable {
      case point
      case circle(radius: Double)
      indirect case pair(Shape, Shape)
    }
    func echo<Value: Codable & Hashable & SendableMetatype>(_ values: [Value]) throws {
      let pool = try Pool<Value, Value>.fork(jobs: 1, options: .ordered) { $0 }
      let results = try read(pool.imap(values))
      for value in values { try expect("\(Value.self)", results.outputs[value], value) }
    }
    try echo([0, -1, .max, .min])
    try echo([0.5, -.infinity, .leastNonzeroMagnitude])
    try echo(["", "\0", "ä€😀", String(repeating: "x", count: 70_000)])
    try echo([[], [1], Array(0..<1000)])
    try echo([[:], ["a": [1: true]], ["": [:]]])
    try echo([nil, 3, 0] as [Int?])
    try echo(
      [.point, .circle(radius: 2), .pair(.point, .pair(.circle(radius: -1), .point))] as [Shape])
  }
}
