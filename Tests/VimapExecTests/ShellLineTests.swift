import Foundation
import Testing
import VimapBytes

@testable import VimapExec

@Suite("Lines for a shell")
struct ShellLineTests {
  /// What a shell prints when it runs a line.
  private func output(of line: borrowing ShellLine, in shell: String) throws -> [UInt8] {
    let process = Foundation.Process()
    let (input, output) = (Foundation.Pipe(), Foundation.Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [shell]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let script = line.bytes.withUnsafeBytes { Data($0) }
    Thread.detachNewThread {
      input.fileHandleForWriting.write(script)
      try? input.fileHandleForWriting.close()
    }
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Array(bytes)
  }

  private func lend<Result>(_ bytes: [UInt8], _ body: (ByteView) throws -> Result) rethrows
    -> Result
  {
    try bytes.withUnsafeBytes { try body(ByteView($0)) }
  }

  private func text(_ build: (inout ShellLine) -> Void) -> String {
    var line = ShellLine()
    build(&line)
    return line.bytes.text
  }

  /// Every byte but NUL, alone, doubled, between letters, and behind what may escape it.
  static let words: [[UInt8]] = {
    var words: [[UInt8]] = [[], Array("it's $HOME \"`x`\"\n".utf8), [0x0A, 0x0A], [0xE2, 0x82]]
    words += steering.map { Array("a\($0)1'\($0)".utf8) }
    for byte in UInt8(1)...255 {
      words += [[byte], [byte, byte], [0x61, byte, 0x62], [0x5C, byte]]
      words += [[byte, 0x27], [0x2D, byte]]
    }
    return words
  }()

  /// C1 controls, line breaks, and marks that change the order in which text is shown.
  static let steering: [Unicode.Scalar] = {
    let ranges: [ClosedRange<UInt32>] = [
      0x80...0x9F, 0xAD...0xAD, 0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      0xFEFF...0xFEFF,
    ]
    return ranges.flatMap { $0.compactMap(Unicode.Scalar.init) }
  }()

  @Test(arguments: ["dash", "bash"])
  func wordsComeOutAsTheyWentIn(_ shell: String) throws {
    var line = ShellLine()
    line.add(syntax: "printf '%s\\0'")
    for word in Self.words { lend(word) { line.add(word: $0) } }
    line.endLine()
    var expected: [UInt8] = []
    for word in Self.words { expected += word + [0] }
    #expect(try output(of: line, in: shell) == expected)
  }

  @Test(arguments: ["dash", "bash"])
  func bytesArePrintedAsTheyAre(_ shell: String) throws {
    var line = ShellLine()
    var texts: [[UInt8]] = [[0], [0x2D, 0, 0x0A], [0x25, 0x0A, 0]]
    for word in Self.words { texts += [word, word + [0x0A]] }
    for text in texts {
      lend(text) { line.add(printing: $0) }
      line.endLine()
    }
    let expected = Array(texts.joined())
    #expect(try output(of: line, in: shell) == expected)
  }

  @Test(arguments: ["dash", "bash"])
  func commentsDoNothing(_ shell: String) throws {
    var line = ShellLine()
    for comment in ["echo x", "'; echo x; '", "a\necho x", "$(echo x)", "\r`echo x`", ""] {
      line.add(comment: comment)
      line.endLine()
    }
    line.add(syntax: "echo end")
    line.endLine()
    #expect(try output(of: line, in: shell) == Array("end\n".utf8))
  }

  /// A terminal would obey them.
  @Test func noControlCharacterButALineFeedIsWritten() {
    var line = ShellLine()
    for byte in UInt8(1)..<0x20 {
      lend([byte, 0x61]) { line.add(word: $0) }
      lend([byte, 0x61]) { line.add(printing: $0) }
      line.add(comment: "\(UnicodeScalar(byte))")
    }
    lend([0x7F]) { line.add(word: $0) }
    let bytes: [UInt8] = line.bytes.withUnsafeBytes { Array($0) }
    let controls: [UInt8] = bytes.filter { byte in byte < 0x20 || byte == 0x7F }
    #expect(controls == [0x0A])
  }

  @Test func nothingElseThatSteersATerminalIsWritten() {
    var line = ShellLine()
    for scalar in Self.steering {
      let bytes = Array("a\(scalar)b".utf8)
      lend(bytes) { line.add(word: $0) }
      lend(bytes) { line.add(printing: $0) }
      line.add(comment: "a\(scalar)b")
      line.add(assignment: "A=\(scalar)")
    }
    for byte in UInt8(0x80)...0xFF {
      lend([byte, 0x61]) { line.add(word: $0) }
      lend([byte, 0x61]) { line.add(printing: $0) }
    }
    #expect(line.bytes.canBeShown)
    #expect(text { $0.add(word: "é\u{9B}") } == #"'é'"$(printf '\302\233')"''"#)
  }

  @Test func plainWordsHaveNoQuotes() {
    #expect(text { $0.add(word: "a-b_c/d.e:f,1%2@x+") } == "a-b_c/d.e:f,1%2@x+")
    #expect(text { $0.add(word: "=x") } == "'=x'")
    #expect(text { $0.add(word: "~") } == "'~'")
    #expect(text { $0.add(word: "") } == "''")
    #expect(text { $0.add(word: "it's") } == #"'it'\''s'"#)
  }

  @Test func linesArePrintedReadably() {
    func printing(_ bytes: String) -> String {
      text { line in lend(Array(bytes.utf8)) { line.add(printing: $0) } }
    }
    #expect(printing("{}\n") == #"printf '%s\n' '{}'"#)
    #expect(printing("x y") == "printf %s 'x y'")
    #expect(printing("-\t'%\\\n") == #"printf '\055\011'\''%%\\\n'"#)
  }

  @Test func onlyTheValueOfAnAssignmentIsQuoted() {
    #expect(text { $0.add(assignment: "A=b c=d") } == "A='b c=d'")
    #expect(text { $0.add(assignment: "A=") } == "A=")
    #expect(text { $0.add(assignment: "A=1") } == "A=1")
  }
}
