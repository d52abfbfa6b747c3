import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Parts of a file's path")
struct PathPartTests {
  @Test(arguments: [
    // path, its name, folder, without extension, name without extension
    ["a/b.txt", "b.txt", "a", "a/b", "b"],
    ["b.txt", "b.txt", ".", "b", "b"],
    ["b", "b", ".", "b", "b"],
    ["/b.txt", "b.txt", "/", "/b", "b"],
    ["a.d/b", "b", "a.d", "a.d/b", "b"],
    ["a/b.tar.gz", "b.tar.gz", "a", "a/b.tar", "b.tar"],
    ["a/.bashrc", ".bashrc", "a", "a/.bashrc", ".bashrc"],
    [".bashrc.bak", ".bashrc.bak", ".", ".bashrc", ".bashrc"],
    ["a/b.", "b.", "a", "a/b", "b"],
    ["a/b/", "b", "a", "a/b/", "b"],
    ["a/b.d//", "b.d", "a", "a/b", "b"],
    ["a//b.c", "b.c", "a", "a//b", "b"],
    ["..", "..", ".", "..", ".."],
    ["../..", "..", "..", "../..", ".."],
    [".", ".", ".", ".", "."],
    ["/", "/", "/", "/", "/"],
    ["//", "/", "/", "//", "/"],
    ["", "", ".", "", ""],
    ["é/ü ö.x y", "ü ö.x y", "é", "é/ü ö", "ü ö"],
  ])
  func parts(_ row: [String]) {
    let parts: [PathPart] = [.name, .folder, .withoutExtension, .nameWithoutExtension]
    for (part, expected) in zip(parts, row.dropFirst()) {
      withView(row[0]) { #expect(part.of($0).text == expected, "\(part) of \(row[0])") }
    }
  }

  private func expand(_ template: String, from record: String) throws -> String {
    try withView(record) { view in
      var buffer = ByteBuffer()
      let context = TemplateContext(record: view, index: 1, worker: 0)
      try Template(template, .argument).expand(into: &buffer, context: context)
      return buffer.view.text
    }
  }

  @Test func inArguments() throws {
    let record = #"{"f":"x/y.tar.gz","e":"","n":1.5,"o":{"p":"a/b.c"},"l":["q/r.s"],"z":null}"#
    #expect(try expand("{/.f} {//.f} {..f} {/..f}", from: record) == "y.tar.gz x x/y.tar y.tar")
    #expect(try expand("{/.o.p} {/..l[0]} {/.[\"f\"]}", from: record) == "b.c r y.tar.gz")
    #expect(try expand("<{/.e}{//.e}{..e}>", from: record) == "<.>")
    // What is no string is no path.
    #expect(try expand("{..n} {/.z} {//.o}", from: record) == #"1.5 null {"p":"a/b.c"}"#)
    #expect(throws: TemplateError.missingField(path: ".gone")) {
      try expand("{/.gone}", from: record)
    }
  }

  @Test func ofTheRecordItself() throws {
    #expect(try expand("{/} {//} {/.} {..} {.}", from: #""a/b.c""#) == "b.c a b a/b a/b.c")
    #expect(try expand("{/} {//}", from: #""a\/\u00e9.c""#) == "é.c a")
    #expect(try expand("{/}", from: "[1, 2]") == "[1, 2]")
  }

  @Test func notInRequests() {
    for text in ["{/.f}", "{//.f}", "{..f}", "{/..f}", "{/}", "{//}", "{/.}", "{..}"] {
      #expect(Template(text).isLiteral)
      #expect(!Template(text, .argument).isLiteral)
    }
  }

  @Test func bracesBehindADollarAreAShells() throws {
    #expect(try expand("${#}${.a}$ {#}{#}$", from: "1") == "${#}${.a}$ 11$")
    #expect(!Template("${.a}").isLiteral)
    #expect(Template.recordText(in: "${.a}{#}{.b[0]}", .argument) == "{.b[0]}")
    #expect(Template.recordText(in: "${.a}{#}{%}{init.x}", .argument) == nil)
  }
}
