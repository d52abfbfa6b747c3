import Testing
import VimapBytes

@testable import VimapJSON

private let record =
  #"{"id":7,"s":"a b/c?d=e&f#g","n":null,"l":[1, {"x":"é"}],"u":{"id":"u1"},"#
  + #""inj":"x\r\nHost: evil","p":"50%41%zz%2f","big":1.0,"e":""}"#

/// Fills in `template` from `text`, the third record, by worker 2.
private func expand(
  _ template: String, _ encoding: Template.Encoding = .verbatim, from text: String = record
) throws -> String {
  try withView(text) { view in
    var buffer = ByteBuffer()
    let context = TemplateContext(
      record: view, index: 3, worker: 2, initArguments: ["region": "eu west", "a-b_1": "&"])
    try Template(template).expand(into: &buffer, context: context, encoding: encoding)
    return buffer.view.text
  }
}

@Suite("Templates")
struct TemplateTests {
  @Test func everyPlaceholder() throws {
    #expect(
      try expand("https://h/{.u.id}/x?u={+.s}&n={#}&w={%}&i={init.region}")
        == "https://h/u1/x?u=a b/c?d=e&f#g&n=3&w=2&i=eu west")
    #expect(
      try expand("https://h/{.u.id}/x?u={+.s}&n={#}&w={%}&i={init.region}", .percent)
        == "https://h/u1/x?u=a%20b/c?d=e&f#g&n=3&w=2&i=eu%20west")
    #expect(try expand("{init.a-b_1}{init.a-b_1}", .percent) == "%26%26")
  }

  @Test func valuesAsText() throws {
    #expect(
      try expand("{.id} {.s} {.n} {.l} {.u} {.big} {.e}|")
        == #"7 a b/c?d=e&f#g null [1, {"x":"é"}] {"id":"u1"} 1.0 |"#)
    #expect(try expand("{.l[1].x}{.l[-1].x}") == "éé")
    #expect(try expand(#"{.["u"]["id"]}"#) == "u1")
  }

  @Test func theWholeRecord() throws {
    // Its bytes, never written anew.
    #expect(try expand("<{}>", from: " [1, 2e0 ]\r") == "<[1, 2e0 ]>")
    #expect(
      try expand("{}", from: "123456789012345678901234567890")
        == "123456789012345678901234567890")
    #expect(try expand("{.}", from: " [1, 2] ") == "[1, 2]")
    // A string stands as itself.
    #expect(try expand("<{}|{.}>", from: #" "a b" "#) == "<a b|a b>")
    #expect(try expand("<{}>", from: #""a\"\u00e9\n""#) == "<a\"é\n>")
    #expect(try expand("{}", from: "\"\"") == "")
    #expect(try expand("{}", .percent, from: #""a\/b""#) == "a%2Fb")
    #expect(try expand("{}", .percent, from: #"{"a":1}"#) == "%7B%22a%22%3A1%7D")
  }

  @Test(arguments: [
    "", "plain", "{foo}", "{ }", "{", "}", "{{", "}}", "{.", "{+}", "{+#}", "{##}", "{init.}",
    "{init}", "{init.a b}", "{init.a.b}", "{..}", "{.a..b}", "{.a b}", "{.a[}", "{.a[x]}", "{a.b}",
    "{ .a}", "{.a }", "{#", "{%d}", "$%{x}", #"{"a":1}"#, "{[0]}", "{+a}", "%7B%7D", "{\n}",
    #"{.a"b}"#, "é{é}", "{.[\"a}",
  ])
  func literalText(text: String) throws {
    let template = Template(text)
    #expect(template.isLiteral)
    #expect(template.literalPrefix == text)
    #expect(template.description == text)
    #expect(try expand(text) == text)
    #expect(try expand(text, .percent) == text)
  }

  @Test func placeholdersAmongBraces() throws {
    #expect(try expand(#"{"a":{.id},"b":"{.u.id}"}"#) == #"{"a":7,"b":"u1"}"#)
    #expect(try expand("{{.id}}") == "{7}")
    #expect(try expand("{{}") == "{" + record)
    #expect(try expand("{x{#}y}") == "{x3y}")
    #expect(try expand("{.id}{.id}") == "77")
    #expect(try expand(#"{.["a}b"]}"#, from: #"{"a}b":1}"#) == "1")
    #expect(try expand(#"{.["\"}"]}"#, from: #"{"\"}":1}"#) == "1")
  }

  @Test func encoding() throws {
    #expect(try expand("?{.s}&x=/ü", .percent) == "?a%20b%2Fc%3Fd%3De%26f%23g&x=/ü")
    #expect(try expand("{.l}", .percent) == "%5B1%2C%20%7B%22x%22%3A%22%C3%A9%22%7D%5D")
    #expect(try expand("{+.l}", .percent) == "[1,%20%7B%22x%22:%22%C3%A9%22%7D]")
    #expect(try expand("{.p}", .percent) == "50%2541%25zz%252f")
    #expect(try expand("{+.p}", .percent) == "50%41%25zz%2f")
    #expect(try expand("{+.p}") == "50%41%zz%2f")
  }

  /// Which bytes stay, all 256 of them, as they would stand in a record.
  @Test func everyByte() throws {
    let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    let reserved = ":/?#[]@!$&'()*+,;="
    for byte in UInt8.min...UInt8.max {
      let hex = "%" + String(Int(byte) + 256, radix: 16, uppercase: true).dropFirst()
      let itself = String(UnicodeScalar(byte))
      for keepsReserved in [false, true] {
        var buffer = ByteBuffer()
        withView([byte]) { buffer.appendPercentEncoded($0, keepsReserved: keepsReserved) }
        let stays =
          byte < 0x80 && (unreserved + (keepsReserved ? reserved : "")).contains(itself)
        #expect(buffer.view.text == (stays ? itself : hex))
      }
    }
  }

  /// A value can't bring in another line, parameter or fragment.
  @Test func injection() throws {
    #expect(try expand("h/{.inj}?", .percent) == "h/x%0D%0AHost%3A%20evil?")
    #expect(try expand("h/{+.inj}?", .percent) == "h/x%0D%0AHost:%20evil?")
    let plain = try expand("{.s}{.inj}{.p}", .percent)
    #expect(!plain.contains { "\r\n&#/?= ".contains($0) })
  }

  @Test func missing() throws {
    func missing(_ path: String) -> TemplateError { .missingField(path: path) }
    #expect(throws: missing(".gone")) { try expand("{.id}{.gone}") }
    #expect(throws: missing(".u.gone")) { try expand("{+.u.gone}") }
    #expect(throws: missing(".n.x")) { try expand("{.n.x}") }
    #expect(throws: missing("init.gone")) { try expand("{init.gone}") }
    #expect(throws: missing(".id")) { try expand("{.id}", from: "[1]") }
  }

  /// Numbers beyond all that could hold them, keys that come twice and keys with a NUL in them.
  @Test func valuesAreNotRewritten() throws {
    for number in ["1e400", "-0", "1.50", "18446744073709551616", "19.99", "1E+2"] {
      let record = #"{"x":1e999,"\u0000":0,"v":\#(number),"o":{ "v":\#(number), "v" : 1 }}"#
      #expect(try expand("{.v}|{+.v}", from: record) == "\(number)|\(number)")
      #expect(try expand("{.v}", .json, from: record) == number)
      #expect(try expand("{.v}", .sql, from: record) == number)
      #expect(try expand("{.o}", from: record) == #"{ "v":\#(number), "v" : 1 }"#)
      #expect(try expand("{.o.v}", from: record) == "1")
    }
  }

  @Test func halvesOfCharactersAsBytes() throws {
    func bytes(_ text: String, _ encoding: Template.Encoding = .verbatim) throws -> Bytes {
      try withView(text) { view in
        var buffer = ByteBuffer()
        let context = TemplateContext(record: view, index: 1, worker: 0)
        try Template("{.a}").expand(into: &buffer, context: context, encoding: encoding)
        return buffer.view.withUnsafeBytes(Bytes.init(_:))
      }
    }
    #expect(try bytes(#"{"a":"\udc80a\udcff"}"#) == [0x80, 0x61, 0xFF])
    #expect(try bytes(#"{"a":"\udcc3\udca9"}"#) == Bytes("é".utf8))
    #expect(try bytes(#"{"a":"\udce9"}"#, .percent) == Bytes("%E9".utf8))
    #expect(try bytes(#"{"a":"'\udce9"}"#, .sql) == [0x27, 0x27, 0x27, 0xE9, 0x27])
    #expect(try bytes(#"{"a":"\ud800"}"#, .json) == Bytes(#""\ud800""#.utf8))
    #expect(try bytes(#"{"a":["\ud800"]}"#) == Bytes(#"["\ud800"]"#.utf8))
    for text in [#"\udc7f"#, #"\udd00"#, #"a\ud800"#, #"\ude00\ud83d"#] {
      for encoding in [Template.Encoding.verbatim, .percent, .sql] {
        let error = #expect(throws: TemplateError.self) {
          try bytes(#"{"a":"\#(text)"}"#, encoding)
        }
        guard case .unreadable = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  @Test func aFailureLeavesTheBufferAsItWas() {
    withView(record) { view in
      var buffer = ByteBuffer()
      buffer.append("kept")
      let context = TemplateContext(record: view, index: 1, worker: 0)
      #expect(throws: TemplateError.missingField(path: ".gone")) {
        try Template("x{.id}{.gone}").expand(into: &buffer, context: context)
      }
      #expect(buffer.view.text == "kept")
    }
  }

  @Test func properties() {
    let template = Template("https://{init.host}/{.id}{init.key}")
    #expect(!template.isLiteral)
    #expect(template.literalPrefix == "https://")
    #expect(template.initNames == ["host", "key"])
    #expect(Template("{.id}").literalPrefix == "")
    #expect(Template("{.a}") == Template(#"{.["a"]}"#))
    #expect(Template("{.a}") != Template("{+.a}"))
  }

  @Test func onToTheNextRecord() throws {
    try withView(#"{"a":"\n1"}"#) { (first: ByteView) throws in
      let context = TemplateContext(record: first, index: 1, worker: 0)
      try withView(#"{"a":"\n2"}"#) { (second: ByteView) throws in
        var buffer = ByteBuffer()
        try Template("{.a}{.a}").expand(into: &buffer, context: context)
        context.move(to: second, index: 2)
        try Template("{.a}{#}").expand(into: &buffer, context: context)
        #expect(buffer.view.text == "\n1\n1\n22")
        #expect(context.index == 2)
        #expect(context.record == second)
      }
    }
  }
}
