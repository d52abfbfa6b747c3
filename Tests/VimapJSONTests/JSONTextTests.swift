import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Bytes as a JSON string")
struct JSONTextTests {
  private func literal(_ bytes: Bytes) -> Bytes {
    var buffer = ByteBuffer(capacity: 64)
    buffer.append("before")
    _ = withView(bytes) { buffer.appendString(of: $0) }
    let written = buffer.view.withUnsafeBytes { Bytes($0) }
    #expect(written.starts(with: "before".utf8))
    return Bytes(written.dropFirst(6))
  }

  /// Whether the literal of `bytes` is what jansson reads as the text that Swift sees in them.
  private func check(_ bytes: Bytes) {
    let text = literal(bytes)
    let read = try? withView(text) { try JSONValue.parse($0) }
      .withStringBytes { $0.withUnsafeBytes { Bytes($0) } }
    #expect(read == Bytes(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
  }

  @Test func asItIs() {
    for text in ["", "a", "plain text of some length", "é日本語😀", "/'\u{7F}"] {
      #expect(literal(Bytes(text.utf8)) == Bytes("\"\(text)\"".utf8))
    }
  }

  @Test func escapes() {
    #expect(
      literal(Bytes("a\"b\\c\nd\re\tf\u{8}g\u{C}h\0i\u{1F}".utf8))
        == Bytes(#""a\"b\\c\nd\re\tf\bg\fh\u0000i\u001F""#.utf8))
  }

  @Test func everyByteAtEveryPlace() {
    for byte in UInt8.min...UInt8.max {
      for place in 0...17 {
        var bytes = Bytes(repeating: UInt8(ascii: "x"), count: 18)
        bytes[place] = byte
        check(bytes)
      }
    }
  }

  @Test func maximalSubparts() {
    let replacement: Bytes = [0xEF, 0xBF, 0xBD]
    func expect(_ bytes: Bytes, _ count: Int) {
      let expected = (0..<count).flatMap { _ in replacement }
      #expect(literal(bytes) == [0x22] + expected + [0x22], "\(bytes)")
    }
    expect([0x80], 1)
    expect([0xC3], 1)
    expect([0xE3, 0x81], 1)
    expect([0xF0, 0x9F, 0x98], 1)
    expect([0xC0, 0x80], 2)
    expect([0xED, 0xA0, 0x80], 3)
    expect([0xF4, 0x90, 0x80, 0x80], 4)
    expect([0xE3, 0x81, 0xE3, 0x81], 2)
    expect([0xFF, 0xFE], 2)
  }

  @Test func everyPairOfBytes() {
    for first in UInt8(0x80)...0xFF {
      for second in UInt8.min...UInt8.max {
        check([first, second])
        check([first, second, 0x80, 0x80, UInt8(ascii: "z")])
      }
    }
  }

  @Test func randomBytes() {
    var generator = SeededGenerator(seed: 11)
    let parts: [Bytes] = [
      [0x61], [0x22], [0x5C], [0x0A], [0xC3, 0xA9], [0xE3, 0x81, 0x82], [0xF0, 0x9F, 0x98, 0x80],
      [0x80], [0xE3], [0xED, 0xA0], [0xF4, 0x90], [0xFF], Bytes("abcdefgh".utf8),
    ]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...12, using: &generator)
      check((0..<count).flatMap { _ in parts.randomElement(using: &generator) ?? [] })
    }
  }
}
