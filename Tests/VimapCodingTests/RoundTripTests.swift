import Foundation
import Testing
import VimapBytes
import VimapCoding

struct Record: Codable, Equatable, Sendable {
  var id: Int
  var name: String
  var score: Double
}

enum Shape: Codable, Equatable, Sendable {
  case point
  case circle(radius: Double)
  case polygon([Int], name: String?)
  indirect case group(Shape, Shape)
}

struct Everything: Codable, Equatable, Sendable {
  var record: Record
  var optional: String?
  var absent: Int?
  var shapes: [Shape]
  var table: [String: [Int?]]
  var byNumber: [Int: Bool]
  var byShape: [[Int]: Float]
  var set: Set<String>
  var bytes: [UInt8]
  var nested: [[[Record]]]

  static let sample = Everything(
    record: Record(id: 7, name: "räksmörgås 🦐", score: -0.5), optional: "", absent: nil,
    shapes: [.point, .circle(radius: 2), .polygon([1, 2], name: nil), .group(.point, .point)],
    table: ["a": [1, nil, -3], "": [], "a long key that is not kept inline": [nil]],
    byNumber: [1: true, -2: false], byShape: [[1, 2]: 0.25, []: 3], set: ["x", "y"],
    bytes: [0, 1, 254, 255],
    nested: [[], [[]], [[Record(id: 1, name: "", score: .infinity)]]])
}

@Suite struct RoundTripTests {
  private func check<T: Codable & Equatable>(
    _ value: T, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try roundTrip(value) == value, sourceLocation: sourceLocation)
    #expect(try roundTrip([value, value]) == [value, value], sourceLocation: sourceLocation)
    #expect(try roundTrip(["k": value]) == ["k": value], sourceLocation: sourceLocation)
  }

  private func checkBounds<T: FixedWidthInteger & Codable>(_ type: T.Type) throws {
    for value in [T.min, T.max, 0, 1, T.max / 2, T.min / 2, 127, T.max / 100] { try check(value) }
    for value in [T.max &- 127, T.min &+ 128] { try check(value) }
  }

  @Test func integersOfEveryWidth() throws {
    try checkBounds(Int.self)
    try checkBounds(Int8.self)
    try checkBounds(Int16.self)
    try checkBounds(Int32.self)
    try checkBounds(Int64.self)
    try checkBounds(Int128.self)
    try checkBounds(UInt.self)
    try checkBounds(UInt8.self)
    try checkBounds(UInt16.self)
    try checkBounds(UInt32.self)
    try checkBounds(UInt64.self)
    try checkBounds(UInt128.self)
  }

  @Test func wideIntegersInContainersOfTheirOwn() throws {
    struct Wide: Codable, Equatable {
      var signed: Int128
      var unsigned: UInt128
      var byte: UInt8
    }
    try check(Wide(signed: .min, unsigned: .max, byte: 200))
  }

  @Test func floatingPointKeepsEveryBit() throws {
    for pattern: UInt64 in [0, 1 << 63, 1, 0x7FF0 << 48, 0x7FF8_0000_0000_1234, 0x7FF0 << 48 | 1] {
      let value = Double(bitPattern: pattern)
      #expect(try roundTrip(value).bitPattern == pattern)
      #expect(try roundTrip([value])[0].bitPattern == pattern)
    }
    for pattern: UInt32 in [0, 1 << 31, 1, 0x7F80_0000, 0x7FC0_1234] {
      let value = Float(bitPattern: pattern)
      #expect(try roundTrip(value).bitPattern == pattern)
      #expect(try roundTrip(["f": value])["f"]?.bitPattern == pattern)
    }
  }

  @Test func textOfEveryLength() throws {
    for length in [0, 1, 15, 16, 253, 254, 255, 256, 70_000] {
      try check(String(repeating: "x", count: length))
      try check([String(repeating: "k", count: length): length])
    }
    try check("nul \0 and é and 👩‍👩‍👧")
  }

  @Test func optionals() throws {
    try check(Int?.none)
    try check(Int?.some(3))
    try check([String?.none, "a", nil])
    try check(true)
    try check(false)
  }

  @Test func everything() throws {
    try check(Everything.sample)
  }

  @Test func byteArraysTakeAByteEach() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try roundTrip(bytes) == bytes)
    #expect(try encoded(bytes).count == 1010)
    #expect(try encoded(["k": bytes]).count < 1024)
  }

  @Test func byteArraysCanBeReadAsOtherCollections() throws {
    let bytes: [UInt8] = [0, 127, 128, 255]
    #expect(try decoded([Int].self, encoded(bytes)) == [0, 127, 128, 255])
    #expect(try decoded(ContiguousArray<UInt8>.self, encoded(bytes)) == ContiguousArray(bytes))
    #expect(try decoded([UInt8].self, encoded(ContiguousArray(bytes))) == bytes)
    let nested = try decoded([[Int]].self, encoded([bytes, [], bytes]))
    #expect(nested == [[0, 127, 128, 255], [], [0, 127, 128, 255]])
  }

  @Test func aValueThatWritesNothingIsAnEmptyContainer() throws {
    struct Empty: Codable, Equatable {}
    try check(Empty())
    let bytes = try encoded(Written { _ in })
    #expect(bytes == (try encoded(Empty())))
    #expect(try withDecoder(bytes) { try $0.container(keyedBy: Name.self).allKeys.count } == 0)
  }

  @Test func classesShareAContainerOrKeepASuperclassApart() throws {
    let sharing = try roundTrip(Cat(name: "Tom", lives: 9))
    #expect(sharing.name == "Tom" && sharing.lives == 9)
    let apart = try roundTrip(Dog(name: "Rex", age: 3))
    #expect(apart.name == "Rex" && apart.age == 3)
  }

  @Test func coderObjectsServeManyValues() throws {
    let encoder = ValueEncoder()
    let decoder = ValueDecoder()
    var buffer = ByteBuffer()
    for number in 0..<100 {
      buffer.removeAll()
      let value = Shape.group(.circle(radius: Double(number)), .polygon([number], name: "n"))
      try encoder.encode(value, to: &buffer)
      #expect(try decoder.decode(Shape.self, from: buffer.view) == value)
      #expect(throws: DecodingError.self) { try decoder.decode(Int.self, from: buffer.view) }
    }
  }

  @Test func encodingAppends() throws {
    let encoder = ValueEncoder()
    var buffer = ByteBuffer()
    buffer.append("before")
    try encoder.encode(Everything.sample, to: &buffer)
    let first = buffer.count
    try encoder.encode(7, to: &buffer)
    #expect(buffer.view.head(6) == ByteView("before"))
    let decoder = ValueDecoder()
    #expect(try decoder.decode(Everything.self, from: buffer.view.slice(6, first - 6)) == .sample)
    #expect(try decoder.decode(Int.self, from: buffer.view.slice(first)) == 7)
  }
}

class Animal: Codable {
  var name: String
  init(name: String) { self.name = name }
}

final class Cat: Animal {
  var lives: Int
  private enum Keys: CodingKey { case lives }

  init(name: String, lives: Int) {
    self.lives = lives
    super.init(name: name)
  }

  required init(from decoder: any Decoder) throws {
    lives = try decoder.container(keyedBy: Keys.self).decode(Int.self, forKey: .lives)
    try super.init(from: decoder)
  }

  override func encode(to encoder: any Encoder) throws {
    try super.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(lives, forKey: .lives)
  }
}

final class Dog: Animal {
  var age: Int
  private enum Keys: CodingKey { case age }

  init(name: String, age: Int) {
    self.age = age
    super.init(name: name)
  }

  required init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    age = try container.decode(Int.self, forKey: .age)
    try super.init(from: container.superDecoder())
  }

  override func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try super.encode(to: container.superEncoder())
    try container.encode(age, forKey: .age)
  }
}

@Suite struct BytesTests {
  /// `Data` writes itself as a container of bytes; it takes no more than an array of them.
  @Test func dataTravelsAsBytes() throws {
    for count in [0, 1, 254, 255, 100_000] {
      let data = Data((0..<count).map { UInt8(truncatingIfNeeded: $0) })
      #expect(try encoded(data) == encoded([UInt8](data)))
      #expect(try roundTrip(data) == data)
      #expect(try decoded([UInt8].self, encoded(data)) == [UInt8](data))
      #expect(try decoded(Data.self, encoded([UInt8](data))) == data)
    }
    let values = ["a": [Data(), Data([1, 2])], "b": []]
    #expect(try roundTrip(values) == values)
    #expect(try roundTrip([Data([7]), nil] as [Data?]) == [Data([7]), nil])
  }

  /// What is written behind bytes in the same container is not lost.
  @Test func bytesAreElementsWhereOthersFollow() throws {
    let written = Written { encoder in
      var container = encoder.unkeyedContainer()
      try container.encode(contentsOf: [1, 2, 255] as [UInt8])
      try container.encode("text")
      try container.encode(contentsOf: [3] as [UInt8])
      #expect(container.count == 5)
    }
    let same = Written { encoder in
      var container = encoder.unkeyedContainer()
      for byte in [1, 2, 255] as [UInt8] { try container.encode(byte) }
      try container.encode("text")
      try container.encode(3 as UInt8)
    }
    #expect(try encoded(written) == encoded(same))
  }

  /// A superclass and its subclass share a container.
  @Test func bytesAreElementsOfASharedContainer() throws {
    let written = Written { encoder in
      var first = encoder.unkeyedContainer()
      try first.encode(contentsOf: [1, 2] as [UInt8])
      var second = encoder.unkeyedContainer()
      try second.encode(3)
    }
    #expect(try decoded([Int].self, encoded(written)) == [1, 2, 3])
  }

  /// Others that hold bytes read them one by one, as they are written.
  @Test func othersReadBytesOneByOne() throws {
    #expect(try roundTrip(ContiguousArray<UInt8>([1, 2, 255])) == [1, 2, 255])
    let bytes: [UInt8] = [1, 2, 255]
    #expect(try decoded(ContiguousArray<UInt8>.self, encoded(bytes)) == [1, 2, 255])
  }
}
