import Testing
import VimapBytes

@testable import VimapKit
@testable import VimapRecords

/// Cutting by the block comes to the same as looking at each line.
@Suite struct BatchCutTests {
  @Test(arguments: [false, true], UInt64(0)..<40)
  func countsAsOneWouldLineByLine(isText: Bool, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let lengths =
      [0...3, 0...40, 1...60, 100...300, 1...6000].randomElement(using: &random) ?? 0...3
    // In some texts nothing is blank, so that no block has to be looked at closely.
    let starts = seed % 3 == 0 ? "7" : "7777777777777777 \t"
    var text: [UInt8] = []
    for _ in 0..<Int.random(in: 0...400, using: &random) {
      let length = Int.random(in: lengths, using: &random)
      text += (starts.utf8.randomElement(using: &random).map { [$0] } ?? []).prefix(length)
      text += [UInt8](repeating: 0x37, count: max(0, length - 1)) + [0x0A]
    }
    text += "77".utf8
    for wanted in [1, 2, 5, 31, 32, 33, 100, 399, 10_000] {
      let cut = text.withUnsafeBytes {
        InputMode(isText: isText).cut(ByteView($0), records: wanted)
      }
      #expect(cut == byLine(text, isText: isText, records: wanted), "\(wanted) records")
    }
  }

  private func byLine(_ text: [UInt8], isText: Bool, records wanted: Int) -> BatchCut {
    var cut = BatchCut()
    var start = 0
    for (place, byte) in text.enumerated() where byte == 0x0A && cut.records < wanted {
      let isBlank = text[start..<place].allSatisfy { $0 == 0x20 || $0 == 0x09 }
      if isText || !isBlank { cut.records += 1 }
      cut.lines += 1
      start = place + 1
      cut.length = start
    }
    return cut
  }
}
