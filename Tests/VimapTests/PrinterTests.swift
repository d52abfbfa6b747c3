import Foundation
import Testing
import VimapBytes

@testable import vimap

/// What people are told is made of what others wrote, and must neither steer their terminal nor look
/// like another message.
@Suite("What is printed for people") struct PrinterTests {
  /// Each is a line's end, steers a terminal, or changes what is around it.
  static let steering: [Unicode.Scalar] = {
    let ranges: [ClosedRange<UInt32>] = [
      0...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x61C...0x61C, 0x200B...0x200F, 0x2028...0x202E,
      0x2060...0x2064, 0x2066...0x206F, 0xFEFF...0xFEFF, 0xE0041...0xE0042,
    ]
    return ranges.flatMap { $0.compactMap(Unicode.Scalar.init) }
  }()

  @Test(arguments: steering)
  func whatSteersIsEscaped(_ scalar: Unicode.Scalar) {
    let text = "vimap: a\(scalar)b"
    let line = ShownLine(text).text
    let escape = scalar == "\n" ? "\\n" : "\\u{" + String(scalar.value, radix: 16) + "}"
    #expect(line == "vimap: a\(escape)b")
    #expect(ShownLine(line).text == line)
  }

  @Test func wholeSequencesAreEscaped() {
    #expect(
      ShownLine("\u{1B}]52;c;aGk=\u{7}\r\nvimap: forged").text
        == #"\u{1b}]52;c;aGk=\u{7}\u{d}\nvimap: forged"#)
    #expect(ShownLine("\u{1B}[31m").text == #"\u{1b}[31m"#)
  }

  @Test func bytesThatAreNoTextAreEscaped() {
    for byte in UInt8(0x80)...0xFF {
      let text = [UInt8(ascii: "a"), byte].withUnsafeBytes { String(system: ByteView($0)) }
      #expect(ShownLine(text).text == "a\\x" + String(byte, radix: 16, uppercase: true))
    }
  }

  @Test func textStaysAsItIs() {
    for text in ["", "naïve 数 👍 e\u{301}", "\\n \\u{1b}", "it's \"so\""] {
      #expect(ShownLine(text).text == text)
    }
  }

  @Test func onlyOurColoursSteer() {
    var line = ShownLine()
    line.add("\u{1B}[1m3 failed", isAlarming: true)
    #expect(line.text == "\u{1B}[31m\\u{1b}[1m3 failed\u{1B}[m")
  }

  // MARK: Nobody else prints

  /// Whoever writes there without the printer would have to escape too, and forget to.
  @Test func onlyThePrinterWritesToStandardError() throws {
    // Results and exceptions, which are JSON as it came; the terminal that they share with messages;
    // and what is lent to workers of values, whose own words a pool passes on as they are.
    let known = [
      "vimap/Printer.swift", "vimap/Run/OutputFiles.swift", "vimap/Run/RunPlan.swift",
      "VimapSystem/OwnedDescriptor.swift",
    ]
    let ways =
      /STDERR_FILENO|\bstderr\b|\b(perror|fputs|debugPrint|dump|print)\(|FileHandle/
    let numbers = /\bwrite(All)?\(\s*2\b/
    // What is advised, such as Python's print(), is text.
    let literals = /"(\\.|[^"\\])*"/
    var count = 0
    for (name, text) in try sources() where !known.contains(name) {
      count += 1
      for line in text.split(separator: "\n")
      where !line.drop(while: \.isWhitespace).hasPrefix("//") {
        let code = line.replacing(literals, with: "\"\"")
        #expect(code.firstMatch(of: ways) == nil, "\(name): \(line)")
        #expect(code.firstMatch(of: numbers) == nil, "\(name): \(line)")
        if line.contains("StandardDescriptor.error") {
          #expect(line.contains("Descriptor.isTerminal("), "\(name): \(line)")
        }
      }
    }
    #expect(count > 100)
  }

  private func sources() throws -> [(name: String, text: String)] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return try (names ?? []).filter { $0.hasSuffix(".swift") }.map { name in
      (name, try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
    }
  }
}
