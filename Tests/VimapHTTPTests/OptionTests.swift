import Testing
import VimapJSON

@testable import VimapHTTP

@Suite("Accepted statuses")
struct StatusSetTests {
  @Test func ranges() throws {
    let set = try StatusSet("200-299,304,404-404")
    for status in [200, 250, 299, 304, 404] { #expect(set.contains(status)) }
    for status in [199, 300, 303, 305, 403, 405, 0] { #expect(!set.contains(status)) }
  }

  @Test func byDefaultSuccess() throws {
    #expect(StatusSet.successful == (try StatusSet("200-299")))
  }

  @Test(arguments: [
    "", ",", "200,", "20", "2000", "200-", "-299", "299-200", "200-250-299", "2xx", "099", " 200",
    "٢٠٠", "+20", "200–299",
  ])
  func refused(_ text: String) {
    #expect(throws: StatusSetError.self) { try StatusSet(text) }
  }

  @Test func saysWhichPart() {
    #expect(throws: StatusSetError(list: "200,2xx,304", item: "2xx")) {
      try StatusSet("200,2xx,304")
    }
  }
}

@Suite("Methods")
struct RequestMethodTests {
  @Test func tokens() throws {
    for name in ["GET", "PATCH", "X-1~", "m-search"] {
      #expect(try RequestMethod(name).name == name)
    }
  }

  @Test(arguments: ["", "GET ", "GE T", "GET\r\nX: y", "GÉT", "GET\0", "a:b"])
  func refused(_ name: String) {
    #expect(throws: RequestMethodError(name: name)) { try RequestMethod(name) }
  }
}

@Suite("Headers")
struct HeaderTemplateTests {
  @Test func asInCurl() throws {
    #expect(try HeaderTemplate("N: V") == header("N", .text(Template("V"))))
    #expect(try HeaderTemplate("N:V") == header("N", .text(Template("V"))))
    #expect(try HeaderTemplate("N: \t a: b; ") == header("N", .text(Template("a: b;"))))
    #expect(try HeaderTemplate("N;") == header("N", .empty))
    #expect(try HeaderTemplate("N:") == header("N", .removed))
    #expect(try HeaderTemplate("N: \t") == header("N", .removed))
  }

  private func header(_ name: String, _ value: HeaderTemplate.Value) -> HeaderTemplate {
    HeaderTemplate(name: name, value: value)
  }

  @Test func placeholders() throws {
    #expect(!(try HeaderTemplate("X: a{.b}")).isLiteral)
    #expect(try HeaderTemplate("X: {\"a\":1}").isLiteral)
    #expect(try HeaderTemplate("X;").isLiteral)
  }

  @Test(arguments: ["N: a\r\nEvil: 1", "N: a\nb", "N\r: a", "N: a\0", "N;\n"])
  func lineBreaks(_ text: String) {
    #expect(throws: HeaderError.lineBreak) { try HeaderTemplate(text) }
  }

  @Test(arguments: [": value", "a b: c", "ü: c", "{.name}: c", ";", " N: V", "N : V"])
  func badNames(_ text: String) {
    #expect(throws: HeaderError.self) { try HeaderTemplate(text) }
  }

  @Test func secretsAreNotNamed() {
    #expect(throws: HeaderError.noColon) { try HeaderTemplate("Bearer s3cret") }
    #expect(!"\(HeaderError.noColon)".contains("s3cret"))
  }
}

@Suite("URLs")
struct TargetURLTests {
  @Test(arguments: [
    "http://h/", "https://h", "http://h:8080/a?b=c#d", "http://user:pass@h/", "http://[::1]:80/x",
    "http://h/{.id}?q={.q}", "http://{.host}/", "http://h:{.port}/", "http://a{.n}.example/x",
    "http://h:33333{+.path}", "http://h{+.path}?x=1", "{+.url}", "{.host}:80/x", "HTTP://h/",
  ])
  func good(_ text: String) throws {
    #expect(try TargetURL(text).template.description == text)
  }

  @Test(arguments: ["h/x", "localhost:8080/x", "h", "localhost:8080/{.id}"])
  func schemeLeftOut(_ text: String) throws {
    #expect(try TargetURL(text).template.description == "http://" + text)
  }

  @Test(arguments: ["ftp://h/", "file:///etc/passwd", "gopher://h/{.x}", "javascript://h/"])
  func otherSchemes(_ text: String) {
    let scheme = String(text.prefix { $0 != ":" })
    #expect(throws: TargetURLError.otherScheme(url: text, scheme: scheme)) { try TargetURL(text) }
  }

  @Test(arguments: [
    "", "http://", "http://a b/", "http://h:99999/", "http://h:x/", "http://[::1/",
    "http://h/a\nb", "http://h/ {.id}", "http://{.a} b/", "http://h/{.id}\u{0}",
  ])
  func malformed(_ text: String) {
    #expect(throws: TargetURLError.self) { try TargetURL(text) }
  }

  @Test func hostThatValuesCouldExtend() throws {
    #expect(try TargetURL("http://h{+.p}").guardedPrefix == 8)
    #expect(try TargetURL("http://h:80{+.p}?a=/").guardedPrefix == 11)
    for text in [
      "http://h/", "http://h/{.p}", "http://h?{.p}", "http://{.h}", "{+.u}", "http://a{.n}.b/c",
      #"http://h{.["/"]}/"#,
    ] {
      #expect(try TargetURL(text).guardedPrefix == nil, "\(text)")
    }
    #expect(try TargetURL(#"http://h{.["/"]}"#).guardedPrefix == 8)
  }
}

@Suite("libcurl's names")
struct CurlCodeTests {
  @Test func names() {
    #expect(CurlCode(number: 7).name == "CURLE_COULDNT_CONNECT")
    #expect(CurlCode.operationTimedOut.name == "CURLE_OPERATION_TIMEDOUT")
    #expect(CurlCode.badFunctionArgument.name == "CURLE_BAD_FUNCTION_ARGUMENT")
    #expect(CurlCode(number: 56).name == "CURLE_RECV_ERROR")
    #expect(CurlCode(number: 99).name == "CURLE_UNRECOVERABLE_POLL")
    #expect(CurlCode(number: 1234).name == "CURLE_1234")
  }
}
