import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Paths")
struct JSONPathTests {
  let value: JSONValue

  init() throws {
    value = try parse(
      #"""
      {"a":{"b":[10,{"c":"deep"},null]},"odd key":1,"":2,"user-id":3,"é":4,"a.b":5,"x\"y]}":6,
       "0":7,"n\u00e9":8}
      """#)
  }

  private func find(_ path: String) throws -> String? {
    try JSONPath(path).find(in: value).map { try written($0) }
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
    let path = try JSONPath(".")
    #expect(try written(#require(path.find(in: value))) == written(value))
    #expect(try JSONPath("[0]").find(in: parse("[5]"))?.integer == 5)
    #expect(try JSONPath(".").find(in: .null)?.kind == .null)
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

  @Test func aPartOutlivesTheWhole() throws {
    let part = try JSONPath(".a").find(in: parse(#"{"a":["kept"]}"#))
    #expect(try written(#require(part)) == #"["kept"]"#)
  }
}
