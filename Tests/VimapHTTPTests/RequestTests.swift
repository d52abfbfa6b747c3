import Testing
import VimapJSON

@testable import VimapHTTP

@Suite("Requests, as a server sees them")
struct RequestTests {
  @Test func theRecordAsItIs() throws {
    let record = #"{"id": 12345678901234567890,"x":1.0e0,"é":"\u00e9"}"#
    let request = try Client("/headers").seen(record)
    #expect(request.method == "POST")
    #expect(request.target == "/headers")
    #expect(request.body == record)
    #expect(request["Content-Type"] == ["application/json"])
    #expect(request["Content-Length"] == ["\(record.utf8.count)"])
    #expect(request["User-Agent"] == ["vimap/test"])
    #expect(request["Expect"] == [])
  }

  @Test func largeBodies() throws {
    let record = "\"" + String(repeating: "x", count: 3_000_000) + "\""
    #expect(try Client("/ok") { $0.response = .body }.send(record) == record)
  }

  @Test func partsOfTheRecord() throws {
    let record = #"{"n":{"x": [1, 2.50],"x":19.99},"s":"a \"b\"\n"}"#
    func sent(_ body: RequestBody) throws -> Request {
      try Client("/headers") { $0.body = body }.seen(record)
    }
    #expect(try sent(.path(JSONPath(".n"))).body == #"{"x": [1, 2.50],"x":19.99}"#)
    #expect(try sent(.path(JSONPath(".s"))).body == #""a \"b\"\n""#)
    let text = try sent(.textPath(JSONPath(".s")))
    #expect(text.body == "a \"b\"\n")
    #expect(text["Content-Type"] == ["text/plain; charset=utf-8"])
    #expect(try sent(.textPath(JSONPath(".n"))).body == #"{"x": [1, 2.50],"x":19.99}"#)
  }

  @Test func noBody() throws {
    func sent(_ method: String) throws -> Request {
      try Client("/headers") {
        $0.body = .none
        $0.method = try RequestMethod(method)
      }.seen()
    }
    let post = try sent("POST")
    #expect(post.body == "" && post["Content-Length"] == ["0"] && post["Content-Type"] == [])
    let get = try sent("GET")
    #expect(get.method == "GET" && get["Content-Length"] == [] && get["Content-Type"] == [])
    #expect(try sent("DELETE").method == "DELETE")
    #expect(try sent("PUT")["Content-Length"] == ["0"])
  }

  @Test func otherMethods() throws {
    let put = try Client("/headers") { $0.method = try RequestMethod("PUT") }.seen()
    #expect(put.method == "PUT" && put.body == #"{"id":1}"#)
    let head = try Client("/big?bytes=500") {
      $0.method = try RequestMethod("HEAD")
      $0.longestBody = 10
    }.send()
    #expect(head == #"{"status":200,"headers":{"content-length":"500"},"body":null}"#)
  }

  @Test func headers() throws {
    let client = try Client("/headers") {
      $0.headers = try [
        "X-Field: <{.a}>", "X-Index: {#} {%}", "X-Empty;", "X-Value: {.e}", "User-Agent:",
        "content-type: text/x", "Authorization: Bearer {init.token}", "Accept: a", "X-Two: 1",
        "X-Two: 2",
      ].map { text throws in try HeaderTemplate(text) }
    }
    for (value, body) in [("x y", #"{"a":"x y","e":""}"#), ("[1]", #"{"a":[1],"e":""}"#)] {
      let request = try client.seen(body)
      #expect(request["X-Field"] == ["<\(value)>"])
      #expect(request["X-Index"] == ["3 2"])
      #expect(request["X-Empty"] == [""])
      #expect(request["X-Value"] == [""])
      #expect(request["User-Agent"] == [])
      #expect(request["Content-Type"] == ["text/x"])
      #expect(request["Authorization"] == ["Bearer t0"])
      #expect(request["Accept"] == ["a"])
      #expect(request["X-Two"] == ["1", "2"])
    }
  }

  @Test(arguments: [#"{"a":"x\r\nEvil: 1"}"#, #"{"a":"x\nEvil: 1"}"#, #"{"a":"x\u0000"}"#])
  func headersCannotBeInjected(_ record: String) throws {
    let client = try Client("/headers") { $0.headers = [try HeaderTemplate("X: {.a}")] }
    #expect(
      try client.send(record)
        == #"{"kind":"http_transport","message":"the value of the header X has a line break or "#
        + #"a NUL in it","attempts":0,"curl_code":43,"curl_name":"CURLE_BAD_FUNCTION_ARGUMENT"}"#)
    #expect(try client.seen(#"{"a":"fine"}"#)["X"] == ["fine"])
  }

  @Test func urls() throws {
    let client = try Client("/headers/{.id}?q={.q}&r={+.q}&n={#}")
    #expect(
      try client.seen(#"{"id":"a/b?c#d","q":"x=1&y/é %41"}"#).target
        == "/headers/a%2Fb%3Fc%23d?q=x%3D1%26y%2F%C3%A9%20%2541&r=x=1&y/%C3%A9%20%41&n=3")
    #expect(
      try client.seen(#"{"id":"\r\nX: 1","q":7}"#).target
        == "/headers/%0D%0AX%3A%201?q=7&r=7&n=3")
  }

  @Test func theHostStaysWhatItIs() throws {
    let client = try Client("http://127.0.0.1:\(try FaultyServer.port()){+.path}")
    #expect(try client.seen(#"{"path":"/headers/x"}"#).target == "/headers/x")
    #expect(try client.send(#"{"path":"?x"}"#).hasPrefix(#"{"status":200"#))
    for path in ["@127.0.0.2/", "0/", ".evil.example/", ":1/", "\\\\x"] {
      #expect(
        try client.send(#"{"path":"\#(path)"}"#).contains(#""curl_name":"CURLE_URL_MALFORMAT""#))
    }
  }

  @Test func wholeURLsFromTheRecord() throws {
    let client = try Client("{+.url}")
    let url = "127.0.0.1:\(try FaultyServer.port())/headers"
    #expect(try client.seen(#"{"url":"http://\#(url)"}"#).target == "/headers")
    #expect(try client.seen(#"{"url":"\#(url)"}"#).target == "/headers")
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"] {
      #expect(
        try client.send(#"{"url":"\#(url)"}"#)
          .contains(#""curl_name":"CURLE_UNSUPPORTED_PROTOCOL""#))
    }
  }

  @Test func fieldsThatAreMissing() throws {
    let missing =
      #"{"kind":"missing_field","message":"the record has no .x","attempts":0,"#
      + #""path":".x"}"#
    #expect(try Client("/{.x}").send() == missing)
    #expect(try Client("/ok") { $0.body = .path(try JSONPath(".x")) }.send() == missing)
    #expect(try Client("/ok") { $0.headers = [try HeaderTemplate("A: {.x}")] }.send() == missing)
  }
}
