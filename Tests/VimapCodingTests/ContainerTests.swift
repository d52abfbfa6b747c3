import Testing
import VimapBytes
import VimapCoding

@Suite struct ContainerTests {
  @Test func nestedContainersMayBeWrittenInTurns() throws {
    let bytes = try encoded(
      Written { encoder in
        var outer = encoder.container(keyedBy: Name.self)
        var inner = outer.nestedContainer(keyedBy: Name.self, forKey: "inner")
        try outer.encode(1, forKey: "one")
        var list = outer.nestedUnkeyedContainer(forKey: "list")
        try inner.encode("a", forKey: "a")
        try list.encode(10)
        var deep = list.nestedContainer(keyedBy: Name.self)
        try list.encode(30)
        try outer.encode([2], forKey: "two")
        try deep.encode(20, forKey: "value")
        try inner.encode("b", forKey: "b")
        #expect(list.count == 3)
      })
    try withDecoder(bytes) { decoder in
      let outer = try decoder.container(keyedBy: Name.self)
      #expect(outer.allKeys.map(\.stringValue) == ["inner", "one", "list", "two"])
      #expect(try outer.decode([Int].self, forKey: "two") == [2])
      #expect(try outer.decode(Int.self, forKey: "one") == 1)
      let inner = try outer.nestedContainer(keyedBy: Name.self, forKey: "inner")
      #expect(try inner.decode(String.self, forKey: "b") == "b")
      #expect(try inner.decode(String.self, forKey: "a") == "a")
      var list = try outer.nestedUnkeyedContainer(forKey: "list")
      #expect(list.count == 3)
      #expect(try list.decode(Int.self) == 10)
      let deep = try list.nestedContainer(keyedBy: Name.self)
      #expect(try deep.decode(Int.self, forKey: "value") == 20)
      #expect(try list.decode(Int.self) == 30)
      #expect(list.isAtEnd)
    }
  }

  @Test func superEncodersMayBeWrittenLast() throws {
    let bytes = try encoded(
      Written { encoder in
        var list = encoder.unkeyedContainer()
        let first = list.superEncoder()
        try list.encode(2)
        let third = list.superEncoder()
        _ = list.superEncoder()
        try list.encodeNil()
        try [3, 3].encode(to: third)
        var single = first.singleValueContainer()
        try single.encode("first")
      })
    try withDecoder(bytes) { decoder in
      var list = try decoder.unkeyedContainer()
      #expect(try String(from: list.superDecoder()) == "first")
      #expect(try list.decode(Int.self) == 2)
      #expect(try list.decodeNil() == false)
      #expect(try list.decode([Int].self) == [3, 3])
      #expect(try list.nestedContainer(keyedBy: Name.self).allKeys.isEmpty)
      #expect(try list.decodeNil() == true)
      #expect(list.isAtEnd && list.currentIndex == 5)
    }
  }

  @Test func keysMayBeReadInAnyOrderAndAgain() throws {
    let keys = (0..<20).map { Name(stringValue: "key\($0)") }
    let bytes = try encoded(
      Written { encoder in
        var container = encoder.container(keyedBy: Name.self)
        for (index, key) in keys.enumerated() { try container.encode(index, forKey: key) }
      })
    try withDecoder(bytes) { decoder in
      let container = try decoder.container(keyedBy: Name.self)
      var random = SeededGenerator(state: 1)
      for _ in 0..<500 {
        let index = Int.random(in: 0..<20, using: &random)
        #expect(try container.decode(Int.self, forKey: keys[index]) == index)
        #expect(!container.contains("none"))
        #expect(container.contains(keys[19 - index]))
      }
    }
  }

  /// What was read last from a container inside says nothing about the keys of the one around it.
  @Test func containersWithTheSameKeysAreNotMixedUp() throws {
    let bytes = try encoded(["a": ["a": 1, "b": 2], "b": ["a": 3, "b": 4]])
    try withDecoder(bytes) { decoder in
      let outer = try decoder.container(keyedBy: Name.self)
      let first = try outer.nestedContainer(keyedBy: Name.self, forKey: "a")
      #expect(try first.decode(Int.self, forKey: "a") == 1)
      let second = try outer.nestedContainer(keyedBy: Name.self, forKey: "b")
      #expect(try second.decode(Int.self, forKey: "a") == 3)
      #expect(try first.decode(Int.self, forKey: "b") == 2)
      #expect(try second.decode(Int.self, forKey: "b") == 4)
      #expect(try outer.decode([String: Int].self, forKey: "b") == ["a": 3, "b": 4])
    }
  }

  @Test func nilIsThereOrNot() throws {
    let bytes = try encoded(
      Written { encoder in
        var container = encoder.container(keyedBy: Name.self)
        try container.encodeNil(forKey: "nil")
        try container.encodeIfPresent(Int?.none, forKey: "absent")
        try container.encodeIfPresent(5, forKey: "five")
      })
    try withDecoder(bytes) { decoder in
      let container = try decoder.container(keyedBy: Name.self)
      #expect(container.allKeys.map(\.stringValue) == ["nil", "five"])
      #expect(try container.decodeNil(forKey: "nil"))
      #expect(try !container.decodeNil(forKey: "five"))
      #expect(try container.decodeIfPresent(Int.self, forKey: "nil") == nil)
      #expect(try container.decodeIfPresent(Int.self, forKey: "absent") == nil)
      #expect(try container.decodeIfPresent(Int.self, forKey: "five") == 5)
      #expect(throws: DecodingError.self) { try container.decodeNil(forKey: "absent") }
      #expect(throws: DecodingError.self) { try container.decode(Int.self, forKey: "nil") }
    }
  }

  @Test func aFailedElementStaysTheNext() throws {
    try withDecoder(try encoded([1, 300])) { decoder in
      var list = try decoder.unkeyedContainer()
      #expect(throws: DecodingError.self) { try list.decode(String.self) }
      #expect(throws: DecodingError.self) { try list.nestedUnkeyedContainer() }
      #expect(try list.decode(Int.self) == 1)
      #expect(throws: DecodingError.self) { try list.decode(Int8.self) }
      #expect(try list.decode(Int.self) == 300)
      #expect(throws: DecodingError.self) { try list.decode(Int.self) }
      #expect(throws: DecodingError.self) { try list.decodeNil() }
    }
  }

  @Test func numbersAreReadAsWhatCanHoldThem() throws {
    #expect(try decoded(Double.self, encoded(3)) == 3)
    #expect(try decoded(Double.self, encoded(Float(0.5))) == 0.5)
    #expect(try decoded(Float.self, encoded(0.5)) == 0.5)
    #expect(try decoded(Float.self, encoded(Double.nan)).isNaN)
    #expect(try decoded(UInt128.self, encoded(Int8(4))) == 4)
    #expect(throws: DecodingError.self) { try decoded(Float.self, encoded(0.1)) }
    #expect(throws: DecodingError.self) { try decoded(Double.self, encoded(Int.max)) }
    #expect(throws: DecodingError.self) { try decoded(Int.self, encoded(3.0)) }
    #expect(throws: DecodingError.self) { try decoded(UInt.self, encoded(-1)) }
  }
}
