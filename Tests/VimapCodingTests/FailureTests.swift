import Testing
import VimapBytes
import VimapCoding

struct Refusal: Error, Equatable {}

/// A chain of values, each in the one before.
final class Chain: Codable {
  var next: Chain?
  init(length: Int) { next = length > 1 ? Chain(length: length - 1) : nil }
}

@Suite struct FailureTests {
  @Test func aFailedEncodeLeavesTheBufferAsItWas() throws {
    let encoder = ValueEncoder()
    var buffer = ByteBuffer()
    buffer.append("before")
    let refusing = Written { encoder in
      var container = encoder.container(keyedBy: Name.self)
      var nested = container.nestedUnkeyedContainer(forKey: "nested")
      try nested.encode(1)
      try container.encode(
        Written { encoder in
          var list = encoder.unkeyedContainer()
          _ = list.superEncoder()
          try list.encode("much")
          throw Refusal()
        }, forKey: "inner")
    }
    for _ in 0..<3 {
      #expect(throws: Refusal.self) { try encoder.encode(refusing, to: &buffer) }
      #expect(buffer.view == ByteView("before"))
    }
    try encoder.encode(Everything.sample, to: &buffer)
    #expect(try ValueDecoder().decode(Everything.self, from: buffer.view.slice(6)) == .sample)
  }

  @Test func aRefusedPartCanBeLeftOut() throws {
    struct Refuser: Encodable {
      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        _ = list.nestedUnkeyedContainer()
        throw Refusal()
      }
    }
    let bytes = try encoded(
      Written { encoder in
        var list = encoder.unkeyedContainer()
        var nested = list.nestedUnkeyedContainer()
        #expect(throws: Refusal.self) { try list.encode(Refuser()) }
        try list.encode(2)
        try nested.encode(1)
        #expect(list.count == 2)
      })
    try withDecoder(bytes) { decoder in
      var list = try decoder.unkeyedContainer()
      #expect(list.count == 2)
      #expect(try list.decode([Int].self) == [1])
      #expect(try list.decode(Int.self) == 2)
    }
    let keyed = try encoded(
      Written { encoder in
        var container = encoder.container(keyedBy: Name.self)
        #expect(throws: Refusal.self) { try container.encode(Refuser(), forKey: "a") }
        try container.encode(1, forKey: "b")
      })
    #expect(try decoded([String: Int].self, keyed) == ["b": 1])
    let single = try encoded(
      Written { encoder in
        var container = encoder.singleValueContainer()
        #expect(throws: Refusal.self) { try container.encode(Refuser()) }
        try container.encode(1)
      })
    #expect(try decoded(Int.self, single) == 1)
  }

  @Test func containersAreRefusedWhenItIsNotTheirTurn() throws {
    let two = Written { encoder in
      var container = encoder.singleValueContainer()
      try container.encode(1)
      try container.encode(2)
    }
    #expect(throws: EncodingError.self) { try encoded(two) }
    let mixed = Written { encoder in
      _ = encoder.container(keyedBy: Name.self)
      var list = encoder.unkeyedContainer()
      try list.encode(1)
    }
    #expect(throws: EncodingError.self) { try encoded(mixed) }
    let outer = Written { encoder in
      var container = encoder.container(keyedBy: Name.self)
      let inner = Written { _ in try container.encode(1, forKey: "outer") }
      var second = encoder.container(keyedBy: Name.self)
      try second.encode(inner, forKey: "inner")
    }
    #expect(throws: EncodingError.self) { try encoded(outer) }
    var kept: (any UnkeyedEncodingContainer)?
    _ = try encoded(Written { kept = $0.unkeyedContainer() })
    #expect(throws: EncodingError.self) { try kept?.encode(1) }
    _ = try encoded(
      Written { encoder in
        var list = encoder.unkeyedContainer()
        kept = list.nestedUnkeyedContainer()
      })
    #expect(throws: EncodingError.self) { try kept?.encode(1) }
  }

  @Test func whatIsKeptOfAFailedEncodeTakesNothing() throws {
    let encoder = ValueEncoder()
    var buffer = ByteBuffer()
    var kept: (any UnkeyedEncodingContainer)?
    let refusing = Written { encoder in
      var list = encoder.unkeyedContainer()
      var nested = list.nestedUnkeyedContainer()
      kept = nested.nestedUnkeyedContainer()
      throw Refusal()
    }
    #expect(throws: Refusal.self) { try encoder.encode(refusing, to: &buffer) }
    #expect(throws: EncodingError.self) { try kept?.encode(1) }
    try encoder.encode([[1]], to: &buffer)
    #expect(try ValueDecoder().decode([[Int]].self, from: buffer.view) == [[1]])
  }

  @Test func encodersAndDecodersMayBeUsedInsideThemselves() throws {
    let encoder = ValueEncoder()
    var buffer = ByteBuffer()
    let value = Written { outer in
      var inner = ByteBuffer()
      try encoder.encode([1, 2, 3], to: &inner)
      var container = outer.unkeyedContainer()
      try container.encode(inner.count)
      try container.encode(inner.view.withUnsafeBytes { [UInt8]($0) })
    }
    try encoder.encode(value, to: &buffer)
    try buffer.view.withUnsafeBytes { bytes in
      try withDecoder([UInt8](bytes)) { decoder in
        var list = try decoder.unkeyedContainer()
        let count = try list.decode(Int.self)
        let inner = try list.decode([UInt8].self)
        #expect(inner.count == count)
        #expect(try decoded([Int].self, inner) == [1, 2, 3])
      }
    }
  }

  @Test func aKeptDecoderFindsNothing() throws {
    let kept = try withDecoder(try encoded(["a": 1])) { $0 }
    #expect(throws: DecodingError.self) { try kept.container(keyedBy: Name.self) }
    let container = try withDecoder(try encoded(["a": 1])) {
      try $0.container(keyedBy: Name.self)
    }
    #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: "a") }
    #expect(container.allKeys.isEmpty)
  }

  @Test func depthIsLimitedOnBothSides() throws {
    var chain = try decoded(Chain.self, encoded(Chain(length: 500)))
    var length = 1
    while let next = chain.next {
      chain = next
      length += 1
    }
    #expect(length == 500)
    #expect(throws: EncodingError.self) { try encoded(Chain(length: 501)) }

    // Keyed containers with one entry each, by hand, as no encoder would write so many.
    let key = Array("next".utf8)
    var levels: [[UInt8]] = []
    let last = try encoded(Chain(length: 1))
    var inner = last.count
    for _ in 0..<3000 {
      var header: [UInt8] = [last[0]]
      withUnsafeBytes(of: UInt32(inner + key.count + 1)) { header += $0 }
      header += [UInt8(key.count)] + key
      levels.append(header)
      inner += header.count
    }
    let deep = levels.reversed().flatMap { $0 } + last
    #expect(corruption { try decoded(Chain.self, deep) })
  }

  /// Whether `body` fails because the data is corrupted.
  private func corruption<T>(_ body: () throws -> T) -> Bool {
    do {
      _ = try body()
      return false
    } catch DecodingError.dataCorrupted {
      return true
    } catch {
      return false
    }
  }

  @Test func everyTruncationIsNoticed() throws {
    let bytes = try encoded(Everything.sample)
    for length in 0..<bytes.count {
      #expect(corruption { try decoded(Everything.self, Array(bytes.prefix(length))) })
    }
    #expect(corruption { try decoded(Everything.self, bytes + [0]) })
    #expect(corruption { try decoded(Int.self, []) })
    let text = try encoded("ab")
    #expect(corruption { try decoded(String.self, text.dropLast(2) + [0xFF, 0xFE]) })
  }

  @Test func mutationsNeverTrap() throws {
    let original = try encoded(Everything.sample)
    let small = try encoded(Record(id: 300, name: "name", score: 1))
    var random = SeededGenerator(state: 42)
    var failures = 0
    for round in 0..<20_000 {
      var bytes = round % 2 == 0 ? original : small
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] = UInt8.random(in: 0...16, using: &random)
        case 2: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
        default: bytes[index] = 255
        }
      }
      do {
        if round % 2 == 0 {
          _ = try decoded(Everything.self, bytes)
        } else {
          _ = try decoded(Record.self, bytes)
        }
      } catch is DecodingError {
        failures += 1
      }
    }
    #expect(failures > 5000)
  }

  @Test func errorsSayWhere() throws {
    let bytes = try encoded(["list": [["x": 1], ["y": 2]]])
    struct X: Decodable { var x: Int }
    do {
      _ = try decoded([String: [X]].self, bytes)
      Issue.record("a missing key was not noticed")
    } catch DecodingError.keyNotFound(let key, let context) {
      #expect(key.stringValue == "x")
      #expect(context.codingPath.map(\.stringValue) == ["list", "Index 1"])
      #expect(context.codingPath.last?.intValue == 1)
    }
    do {
      _ = try decoded([String: [[String: Int8]]].self, encoded(["list": [["x": 1], ["y": 200]]]))
      Issue.record("a number that does not fit was not noticed")
    } catch DecodingError.dataCorrupted(let context) {
      #expect(context.codingPath.map(\.stringValue) == ["list", "Index 1", "y"])
    }
    #expect(throws: DecodingError.self) { try decoded([Int].self, encoded(["a": 1])) }
  }

  @Test func encodersKnowTheirPath() throws {
    var paths: [[String]] = []
    let leaf = Written { paths.append($0.codingPath.map(\.stringValue)) }
    _ = try encoded(
      Written { encoder in
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(1, forKey: "before")
        try container.encode([leaf, leaf], forKey: "list")
        var nested = container.nestedUnkeyedContainer(forKey: "nested")
        try container.encode(2, forKey: "after")
        try nested.encode(["k": leaf])
        paths.append(encoder.codingPath.map(\.stringValue))
      })
    #expect(
      paths == [["list", "Index 0"], ["list", "Index 1"], ["nested", "Index 0", "k"], []])
  }
}
