import Testing
import VimapBytes

@Suite struct ByteViewTests {
  @Test func findsBytes() {
    let view = ByteView("a,b,c")
    #expect(view.firstIndex(of: 0x2C) == 1)
    #expect(view.firstIndex(of: 0x2C, from: 2) == 3)
    #expect(view.firstIndex(of: 0x2C, from: 5) == nil)
    #expect(view.lastIndex(of: 0x2C) == 3)
    #expect(view.lastIndex(of: 0x78) == nil)
    #expect(ByteView.empty.firstIndex(of: 0) == nil)
  }

  @Test func trims() {
    #expect(ByteView(" \t\r\n x y \n").trimmed() == ByteView("x y"))
    #expect(ByteView(" \n").trimmed().isEmpty)
    #expect(ByteView("\u{b}x").trimmed() == ByteView("\u{b}x"))
  }

  @Test func joinsNeighbours() {
    let view = ByteView("abcdef")
    #expect(view.head(2).joined(with: view.slice(2, 3)) == ByteView("abcde"))
    #expect(view.head(2).joined(with: view.slice(3)) == nil)
  }

  @Test func bytesThatAreNotTextAreReplaced() {
    let bytes: [UInt8] = [0x61, 0xFF, 0x62]
    #expect(bytes.withUnsafeBytes { ByteView($0).text } == "a\u{FFFD}b")
  }
}

@Suite struct ByteBufferTests {
  @Test func growsAndKeepsWhatItHolds() {
    var buffer = ByteBuffer(capacity: 64)
    for number in 0..<1000 { buffer.append(decimal: number) }
    #expect(buffer.view.text == (0..<1000).map(String.init).joined())
  }

  @Test func isAQueue() {
    var buffer = ByteBuffer(capacity: 64)
    var expected = ""
    for round in 0..<200 {
      buffer.append(text: "round \(round);")
      expected += "round \(round);"
      let taken = min(buffer.count, 5)
      buffer.removeFirst(taken)
      expected.removeFirst(taken)
      #expect(buffer.view.text == expected)
    }
    buffer.truncate(to: 3)
    #expect(buffer.view.text == String(expected.prefix(3)))
    buffer.removeAll()
    #expect(buffer.isEmpty == true)
  }

  @Test func lendsRoom() {
    var buffer = ByteBuffer()
    let count = buffer.appendUnsafe(room: 100) { memory in
      memory.copyBytes(from: [1, 2, 3])
      return 3
    }
    #expect(count == 3)
    #expect(buffer.count == 3)
  }
}

@Suite struct SlotsTests {
  /// Notes its end.
  private final class Guest {
    let leave: () -> Void
    init(_ leave: @escaping () -> Void) { self.leave = leave }
    deinit { leave() }
  }

  @Test func elementsAreMovedOutOnce() {
    let slots = Slots<String>()
    for number in 0..<100 { slots.append("a text that is longer than fifteen bytes: \(number)") }
    let lent = slots.lent
    #expect(lent.take(50) == "a text that is longer than fifteen bytes: 50")
    #expect(lent.take(50) == nil)
    #expect(lent.take(100) == nil)
    #expect(lent.take(-1) == nil)
    #expect(slots.removeLast() == "a text that is longer than fifteen bytes: 99")
  }

  @Test func everyElementEndsOnce() {
    var left: [Int] = []
    do {
      let slots = Slots<Guest>()
      for number in 0..<40 { slots.append(Guest { left.append(number) }) }
      _ = slots.lent.take(3)
      #expect(left == [3])
      slots.removeAll()
      #expect(left.sorted() == Array(0..<40))
      slots.append(Guest { left.append(40) })
    }
    #expect(left.count == 41)
  }

  @Test func optionalsAreElementsToo() {
    let slots = Slots<Int?>()
    slots.append(nil)
    slots.append(1)
    #expect(slots.lent.take(0) == .some(nil))
    #expect(slots.lent.take(0) == .none)
    #expect(slots.lent.take(1) == 1)
  }
}

/// Texts of the system, whose bytes need not be UTF-8.
@Suite struct SystemTextTests {
  private func comesBack(_ bytes: [UInt8]) -> Bool {
    let text = bytes.withUnsafeBytes { String(system: ByteView($0)) }
    return text.withSystemBytes { $0.withUnsafeBytes { Array($0) } } == bytes
      && text.withSystemCString { pointer in String(system: pointer) == text || bytes.contains(0) }
  }

  @Test func textIsItself() {
    for text in ["", "a", "é 数 👍", "\u{10FE7F}\u{10FF00}\u{FFFD}\u{E000}"] {
      #expect(Array(text.utf8).withUnsafeBytes { String(system: ByteView($0)) } == text)
      #expect(comesBack(Array(text.utf8)))
    }
  }

  @Test func bytesThatAreNoTextStandAsCharactersOfTheirOwn() {
    for byte in UInt8(0x80)...0xFF {
      let text = [0x61, byte, 0x62].withUnsafeBytes { String(system: ByteView($0)) }
      #expect(text.unicodeScalars.map(\.systemByte) == [nil, byte, nil])
      #expect(comesBack([0x61, byte, 0x62]))
    }
  }

  /// Else two names would be one.
  @Test func standInsThatAreThereFromTheStartAreNotTakenForBytes() {
    for value: UInt32 in 0x10FE80...0x10FEFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      #expect(comesBack(Array("a\(scalar)b".utf8)))
      #expect(comesBack([0xFF] + Array("\(scalar)".utf8)))
    }
  }

  @Test func anyBytesComeBack() {
    var random = SystemRandomNumberGenerator()
    // Those that make, break and imitate characters.
    let likely: [UInt8] = [
      0x61, 0x80, 0x8F, 0xBA, 0xBB, 0xBF, 0xC2, 0xE2, 0xED, 0xA0, 0xF0, 0xF4, 0xFF,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        likely.randomElement(using: &random) ?? 0
      }
      #expect(comesBack(bytes), "\(bytes)")
    }
  }
}
