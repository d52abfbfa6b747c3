import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Paths")
struct JSONPathTests {
  let value =
    #"""
    {"a":{"b":[10,{"c":"deep"},null]},"odd key":1,"":2,"user-id":3,"é":4,"a.b":5,"x\"y]}":6,
     "0":7,"n\u00e9":8}
    """#

  private func find(_ path: String, in text: String? = nil) throws -> String? {
    let path = try JSONPath(path)
    return withView(text ?? value) { path.find(in: $0)?.text }
  }

  @Test(arguments: [
    (".a.b[0]", "10"), (".a.b[1].c", "\"deep\""), (".a.b[2]", "null"), (".a.b[-1]", "null"),
    (".a.b[-3]", "10"), (#".["odd key"]"#, "1"), (#"["odd key"]"#, "1"), (#"[""]"#, "2"),
    (".user-id", "3"), (".é", "4"), (#".["a.b"]"#, "5"), (#".["x\"y]}"]"#, "6"), (".0", "7"),
    (#"["\u0061"]["b"].[0]"#, "10"), (#"["n\u00e9"]"#, "8"),
  ])
  func found(path: String, expected: String) throws {
    #expect(try find(path) == expected)
  }

  @Test(arguments: [
    ".b", ".a.c", ".a.b[3]", ".a.b[-4]", ".a[0]", ".a.b.c", ".a.b[0].c", ".a.b[2].c", "[0]",
    ".A", ".a.b[9223372036854775807]", ".a.b[-9223372036854775808]",
  ])
  func missing(path: String) throws {
    #expect(try find(path) == nil)
  }

  @Test func whole() throws {
    #expect(try find(".") == value)
    #expect(try find(".", in: " [ 5 ]\r\n") == "[ 5 ]")
    #expect(try find("[0]", in: "[5]") == "5")
    #expect(try find(".", in: "null") == "null")
  }

  @Test(arguments: [
    #"{ "a" : 1.50 , "b":2}"#, #"{"a":0,"b":1,"a":1.50}"#, #"{"\u0061":1.50,"a ":1,"aa":2}"#,
    #"{"a":2,"\u0061":1.50}"#, #"{"x":"\"a\":0","a":1.50}"#,
    #"{"x":{"a":0},"a":1.50,"y":[{"a":3}]}"#,
    #"{"\ud800":1,"\u0000":2,"x":1e999,"a":1.50}"#, "{\"x\" :\n[\"]}\"]\t,\r\"a\":\n1.50\n}",
  ])
  func asItStands(text: String) throws {
    #expect(try find(".a", in: text) == "1.50")
    #expect(try find(".o[1].a", in: #"{"o":[0, \#(text) ,2]}"#) == "1.50")
    #expect(try find(".o[-2].a", in: #"{"o":[0, \#(text) ,2]}"#) == "1.50")
  }

  /// Of a key that comes twice the last counts, at each step by itself.
  @Test func keysThatComeTwice() throws {
    #expect(try find(".a.b", in: #"{"a":{"b":1},"a":{"c":2}}"#) == nil)
    #expect(try find(".a", in: #"{"a":{"b":1},"a":{ "b":2, "b":3 }}"#) == #"{ "b":2, "b":3 }"#)
  }

  @Test func keysWithEscapes() throws {
    let text = #"{"\ud83d\ude00\/\n\"":1,"\u0000":2,"\udce9":3,"\ud83d":4,"a\\u0041":5}"#
    #expect(try find(#"["😀/\n\""]"#, in: text) == "1")
    #expect(try find(#"["\u0000"]"#, in: text) == "2")
    #expect(try find(#"["\udCE9"]"#, in: text) == "3")
    #expect(try find(#".😀"#, in: text) == nil)
    #expect(try find(#"["a\u0041"]"#, in: text) == nil)
    #expect(try find(#"["a\\u0041"]"#, in: text) == "5")
  }

  @Test(arguments: [
    ("", 0), ("a", 0), ("..", 1), (".a.", 3), (".a..b", 3), (".a b", 2), (".a[", 3), (".a[]", 3),
    (".a[x]", 3), (".a[1", 4), (".a[-]", 3), (".a[+1]", 3), (".a[1.5]", 4), (".a]", 2),
    (".a[\"b]", 3), (".a[\"b\"", 6), (".a[\"\\q\"]", 3), (".a[99999999999999999999]", 3),
    (".a{", 2), (" .a", 0), (".a\n", 2), (".a[0]b", 5), (".[", 2), (".a\"b", 2),
    (".[\"\\ud800\"]", 2), ("[\"a\"", 4),
  ])
  func refused(path: String, position: Int) throws {
    let error = #expect(throws: JSONPathError.self) { try JSONPath(path) }
    #expect(error?.position == position)
    #expect(error?.path == path)
    #expect(error?.description.contains("at byte \(position + 1)") == true)
  }

  @Test func spelling() throws {
    #expect(try JSONPath(".a[0]").description == ".a[0]")
    #expect(try JSONPath(#".["a"]"#) == JSONPath(".a"))
    #expect(try JSONPath(".a") != JSONPath(".b"))
    #expect(try JSONPath(".0") != JSONPath("[0]"))
  }
}

@Suite("Items of an array")
struct ArrayItemsTests {
  private func items(_ text: String) -> [String]? {
    withView(text) { text in
      ArrayItems(of: text).map { items in
        var items = items
        var found: [String] = []
        while let item = items.next() { found.append(item.text) }
        return found
      }
    }
  }

  @Test(arguments: [
    ("[]", []), (" [ ] \n", []), ("[1]", ["1"]), ("[1, 2.50 ,\"\"]", ["1", "2.50", "\"\""]),
    (
      #"[{"a":[1,2],"b":"],[\"{"},[[],[3]],"\\",null]"#,
      [#"{"a":[1,2],"b":"],[\"{"}"#, "[[],[3]]", #""\\""#, "null"]
    ),
  ])
  func apart(_ text: String, _ expected: [String]) {
    #expect(items(text) == expected)
  }

  @Test(arguments: ["{}", "1", "\"[]\"", "null", ""])
  func noArray(_ text: String) {
    #expect(items(text) == nil)
  }
}
