import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Values")
struct JSONValueTests {
  @Test func building() throws {
    let inner = JSONValue.array()
    inner.append(.integer(1))
    inner.append(.real(0.5))
    inner.append(.bool(true))
    inner.append(.bool(false))
    inner.append(.null)
    let value = JSONValue.object()
    value.set("kind", .string("exit"))
    value.set("list", inner)
    value.set("", .object())
    value.set("ключ", .integer(.min))
    value.set("kind", .string("a\"b"))
    #expect(
      try written(value)
        == #"{"kind":"a\"b","list":[1,0.5,true,false,null],"":{},"ключ":-9223372036854775808}"#)
  }

  @Test func scalarsAlone() throws {
    #expect(try written(.null) == "null")
    #expect(try written(.string("")) == "\"\"")
    #expect(try written(.string("a\0b")) == #""a\u0000b""#)
    #expect(try written(.integer(-7)) == "-7")
    #expect(try written(.real(1)) == "1.0")
    #expect(try written(.real(0.1)) == "0.1")
    #expect(try written(.real(.nan)) == "null")
    #expect(try written(.real(-.infinity)) == "null")
  }

  @Test func bytesThatAreNotUTF8() throws {
    let value = withView([0x61, 0xFF, 0xE3, 0x81, 0x62]) { JSONValue.string($0) }
    #expect(value.string == "a\u{FFFD}\u{FFFD}b")
    let clean = withView("日本\0") { JSONValue.string($0) }
    #expect(clean.string == "日本\0")
    #expect(JSONValue.string(ByteView.empty).string == "")
  }

  @Test func reading() throws {
    let value = try parse(#" {"a":[10,"x\u0000y",-2.5,true,null],"b":{"":"e"}} "#)
    #expect(value.kind == .object)
    #expect(value.count == 2)
    let list = try #require(value["a"])
    #expect(list.kind == .array)
    #expect(list.count == 5)
    #expect(list[0]?.kind == .integer)
    #expect(list[0]?.integer == 10)
    #expect(list[0]?.number == 10)
    #expect(list[1]?.kind == .string)
    #expect(list[1]?.string == "x\0y")
    #expect(list[1]?.withStringBytes { $0.count } == 3)
    #expect(list[2]?.kind == .real)
    #expect(list[2]?.number == -2.5)
    #expect(list[2]?.integer == nil)
    #expect(list[3]?.kind == .bool)
    #expect(list[3]?.bool == true)
    #expect(list[4]?.kind == .null)
    #expect(list[4]?.bool == nil)
    #expect(list[5] == nil)
    #expect(list[-1] == nil)
    #expect(list["a"] == nil)
    #expect(value[0] == nil)
    #expect(value["c"] == nil)
    #expect(value["b"]?[""]?.string == "e")
    #expect(value.string == nil)
    #expect(value.withStringBytes { $0.count } == nil)
  }

  @Test func writingKeepsOrderAndMeaning() throws {
    for line in Corpus.valid + [post] {
      let first = try withView(line) { try JSONValue.parse($0) }
      let text = try written(first)
      #expect(try written(parse(text)) == text)
    }
    #expect(try written(parse(#"{ "b" : 1, "a" : [ ] }"#)) == #"{"b":1,"a":[]}"#)
  }

  @Test func aPartOutlivesTheWhole() throws {
    var whole: JSONValue? = try parse(#"{"a":{"b":"text"}}"#)
    let part = try #require(whole?["a"])
    whole = nil
    #expect(try written(part) == #"{"b":"text"}"#)
  }

  @Test func aPartIsThePart() throws {
    let whole = try parse(#"{"a":{}}"#)
    whole["a"]?.set("b", .integer(1))
    #expect(try written(whole) == #"{"a":{"b":1}}"#)
  }

  @Test func parsingRefuses() throws {
    for line in Corpus.invalid + Corpus.beyondJansson {
      #expect(throws: JSONProblem.self, "\(shown(line))") {
        try withView(line) { try JSONValue.parse($0) }
      }
    }
    #expect(throws: JSONProblem(message: "unexpected NUL byte", line: 1, column: 2, position: 2)) {
      try parse("1\0")
    }
  }

  @Test func writingAppends() throws {
    var buffer = ByteBuffer()
    buffer.append("in:")
    try JSONValue.integer(5).write(to: &buffer)
    #expect(buffer.view.text == "in:5")
  }

  @Test func problemsAreSentences() {
    #expect(
      JSONProblem(message: "invalid token", line: 1, column: 7, position: 9).description
        == "invalid token (line 1, column 7)")
    #expect(JSONProblem.outOfMemory.description == "out of memory")
  }
}
