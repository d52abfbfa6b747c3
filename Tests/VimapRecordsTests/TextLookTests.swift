import Testing
import VimapBytes

@testable import VimapKit
@testable import VimapRecords

private func look(_ text: String, isFirst: Bool = false) -> TextLook? {
  var bytes = ByteBuffer()
  bytes.append(text: text)
  return TextLook(bytes.view, isFirst: isFirst)
}

@Suite struct TextLookTests {
  @Test(
    arguments: [
      ("{", .partOfObject), ("  \"a\": 1,", .partOfObject), ("\"a\": {", .partOfObject),
      ("},", .partOfObject), ("{\"a\": 1,", nil), ("{ \"a\": [", nil),
      ("[", .partOfArray), ("{\"a\":1},", .commaBehind), ("[1, 2,", nil),
      ("\"x\",", .partOfArray), ("{\"a\":1}{\"a\":2}", .severalValues),
      ("{\"a\":1} [2] {}", .severalValues),
      ("{'a': 1}", .python), ("[{'a': \"it's\"}]", .python), ("{\"a\": None}", .python),
      ("{'a': True, \"b\": 'x'}", .python), ("('a', 1)", .python), ("'text'", .python),
      ("None", .python), ("['a']", .python), ("{'a': nan}", .python),
      ("{'a': true}", .singleQuotes), ("{'a': null, 'b': 1}", .singleQuotes),
      ("{\"a\": NaN}", .notANumber), ("[1, -Infinity]", .notANumber), ("NaN", .notANumber),
      ("{\"a\":1,}", .commaAtEnd), ("[1, ]", .commaAtEnd), ("{a: 1}", .unquotedKeys),
      ("{$x:1}", nil), ("Traceback (most recent call last):", .traceback),
      ("  File \"x.py\", line 3, in <module>", .traceback), ("ValueError: bad", .traceback),
      ("json.decoder.JSONDecodeError: x", .traceback), ("KeyError", .traceback),
      ("{\"a\": \"None, NaN, {'x': 1},}\"", nil), ("{\"a\": 01}", nil), ("{\"a\" 1}", nil),
      ("loading", nil), ("", nil), ("{\"a\":\u{1}}", nil),
    ] as [(String, TextLook?)])
  func lines(text: String, expected: TextLook?) {
    #expect(look(text) == expected)
  }

  @Test(
    arguments: [
      ("id,name", .columns(separator: ",", hasNames: true)),
      ("\"id\",\"full, name\"", .columns(separator: ",", hasNames: true)),
      ("a;b;c", .columns(separator: ";", hasNames: true)),
      ("a\tb c", .columns(separator: "\t", hasNames: true)),
      ("1,2.5,-3", .columns(separator: ",", hasNames: false)),
      ("2026-01-31,5", .columns(separator: ",", hasNames: false)),
      ("Hello, world", .plainText), ("loading the model", .plainText), ("x", .plainText),
      ("---", .yaml), ("- a", .yaml), ("name: x", .yaml), ("items:", .yaml), ("a: [1, 2]", .yaml),
      ("<?xml version=\"1.0\"?>", .xml), ("<item>", .xml), ("<!DOCTYPE html>", .html),
      ("<HTML><body>", .html), ("2026-01-31 12:00:00 INFO up", .logLine),
      ("INFO: started", .logLine),
      ("[WARN] x", .logLine), ("10.0.0.1 - - [31/Jan/2026] \"GET /\"", .logLine),
      ("{\"a\": 1,", .partOfObject), ("[1, 2,", .partOfArray), ("1 2", nil), ("{\"a\" 1}", nil),
      ("\"x", nil), ("{'a': 1}", .python), ("é ü", .plainText),
    ] as [(String, TextLook?)])
  func firstLines(text: String, expected: TextLook?) {
    #expect(look(text, isFirst: true) == expected)
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0], .gzip), ([0x28, 0xB5, 0x2F, 0xFD, 4], .zstd),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .xz), (Array("BZh91AY".utf8), .bzip2),
      ([0x50, 0x4B, 3, 4, 20], .zip), (Array("PAR1\u{15}".utf8), .parquet),
      ([0xFF, 0xFE, 0x7B, 0], .encoded("utf-16")), ([0xFE, 0xFF, 0, 0x7B], .encoded("utf-16")),
      ([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], .encoded("utf-32")),
      ([0x7B, 0, 0x22, 0], .encoded("utf-16le")), ([0, 0x7B, 0, 0x22], .encoded("utf-16be")),
      ([0x7B, 0, 0, 0, 0x22, 0, 0, 0], .encoded("utf-32le")),
      ([0, 0, 0, 0x7B, 0, 0, 0, 0x22], .encoded("utf-32be")),
      (Array("{\"a\":1}\0{}".utf8), .endedByNUL), ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0], .binary),
      ([0xC3, 0x28, 0x41], .binary), ([0x89, 0x50, 0x4E, 0x47], .binary),
      (Array("Jos".utf8) + [0xE9, 1], .binary),
    ] as [([UInt8], TextLook)])
  func firstBytes(bytes: [UInt8], expected: TextLook) {
    var buffer = ByteBuffer()
    for byte in bytes { buffer.append(byte) }
    #expect(TextLook(buffer.view, isFirst: true) == expected)
    // In the middle of an input it says nothing.
    #expect(TextLook(buffer.view) == nil || expected == .endedByNUL)
  }

  @Test func whatIsCutIsTextStill() {
    let long = String(repeating: "é", count: TextLook.lookedAt)
    #expect(look("x" + long, isFirst: true) == .plainText)
    #expect(look("{'a': '\(long)") == .python)
    #expect(look("{\"a\": [\"\(long)\"],") == nil)
  }

  @Test func adviceOnAnswers() {
    func advice(_ text: String) -> String? {
      var bytes = ByteBuffer()
      bytes.append(text: text)
      return TextLook.advice(onAnswer: bytes.view)
    }
    #expect(advice("{'a': 1}")?.contains("json.dumps") == true)
    #expect(advice("{\"a\": NaN}")?.contains("allow_nan") == true)
    for text in ["Loading model...", "Traceback (most recent call last):", "INFO ready"] {
      #expect(advice(text)?.contains("file=sys.stderr") == true)
    }
    #expect(advice("{")?.contains("jq -c") == true)
    #expect(advice("")?.contains("empty") == true)
    #expect(advice("{\"a\" 1}") == nil)
  }

  @Test(arguments: [Array("{\"a\":\"caf".utf8) + [0xE9, 0x22, 0x7D], Array("Jos".utf8) + [0xE9]])
  func textThatIsNotUTF8(bytes: [UInt8]) {
    var buffer = ByteBuffer()
    for byte in bytes { buffer.append(byte) }
    #expect(TextLook(buffer.view, isFirst: true) == .notUTF8)
    #expect(TextLook(buffer.view) == .notUTF8)
  }

  @Test func aNoticeIsGivenOnce() {
    var found: [WrongInput] = []
    var watch = InputWatch()
    watch.onFound = { found.append($0) }
    watch.look(at: ByteView("{\"a\" 1}"), file: "a", number: 1)
    watch.look(at: ByteView("loading"), file: "a", number: 2)
    watch.note(firstLine: ByteView(" ["), file: "b")
    watch.look(at: ByteView("  \"x\": 1,"), file: "b", number: 3)
    watch.look(at: ByteView("{'a': 1}"), file: "a", number: 7)
    #expect(found == [WrongInput(look: .partOfArray, file: "b")])
  }

  @Test func aCommaBehindAValueIsOfAnArrayWhereOneBegan() {
    for (first, expected) in [("[{\"a\":1},", TextLook.partOfArray), ("{\"a\":1},", .commaBehind)] {
      var found: TextLook?
      var watch = InputWatch()
      watch.onFound = { found = $0.look }
      var bytes = ByteBuffer()
      bytes.append(text: first)
      watch.note(firstLine: bytes.view, file: "a")
      watch.look(at: ByteView("{\"a\":2},"), file: "a", number: 2)
      #expect(found == expected)
    }
  }

  @Test(arguments: [
    ("[{\"a\":1},", 300, 1, true), ("[ {", 300, 1, true), ("[ {", 300, 2, false),
    ("[1,2]", 5, 1, true), ("[[1,2]]", 7, 1, false), ("[\"a,b\"]", 7, 1, false),
    ("[{\"a\":1,\"b\":2}]", 15, 1, false), ("[]", 2, 1, false), ("{\"a\":[", 2000, 1, false),
  ])
  func anArrayThatIsAllThereIs(head: String, length: Int, records: Int, isFound: Bool) {
    var found = false
    var watch = InputWatch()
    watch.onFound = { found = $0.look == .wholeArray }
    var bytes = ByteBuffer()
    bytes.append(text: head)
    watch.note(first: bytes.view, length: length, file: "-")
    watch.end(records: records)
    #expect(found == isFound)
  }
}
