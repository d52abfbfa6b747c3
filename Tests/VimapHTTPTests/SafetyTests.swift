import Testing
import VimapJSON

@testable import VimapHTTP

@Suite("Secrets")
struct RedactionTests {
  @Test(arguments: [
    ("http://h/", "http://h/"), ("http://me:pw@h/x", "http://***@h/x"), ("me:pw@h", "***@h"),
    ("http://me@h:80?q=a@b", "http://***@h:80?q=a@b"), ("http://a@b@h/", "http://***@h/"),
    ("http://h/a@b", "http://h/a@b"), ("http://h:80/a@b", "http://h:80/a@b"),
    ("http://[::1]:80/a@b", "http://[::1]:80/a@b"), ("http://[::1]/a@b", "http://[::1]/a@b"),
    ("http://me:p/w@h/", "http://***@h/"), ("http://me:p?w#@h/", "http://***@h/"),
    ("http://h/?key=x&a=1&token=y#z", "http://h/?key=***&a=1&token=***#z"),
    ("http://h/?key=\u{301}x", "http://h/?key=***"),
    ("http://n:p@\u{301}h/", "http://***@\u{301}h/"),
    ("http://h/?\u{301}=1&key=x;\u{301}=1", "http://h/?\u{301}=1&key=***;\u{301}=1"),
    ("http://n:p?key=x&y#@h/?key=x", "http://***@h/?key=***"), ("h?key=a://b@c", "h?key=***"),
    ("", ""), ("://", "://"), ("https://{.user}:{.pw}@h/", "https://***@h/"),
  ])
  func urls(_ text: String, _ shown: String) {
    #expect(Redaction.url(text) == shown)
  }

  @Test(arguments: [
    "Authorization", "proxy-authorization", "COOKIE", "Set-Cookie", "X-Api-Key", "apikey",
    "X-Auth-Token", "X_Access_Token", "X-Client-Secret", "Ocp-Apim-Subscription-Key",
    "X-AuthToken", "AccessToken", "X-ApiToken", "X-CSRFToken", "X-Api-Pwd", "X-Passphrase",
    "xauthtoken", "X-APIKey", "x-accesskey", "X-Amz-Security-Token", "PRIVATE-TOKEN", "X-SID",
    "Proxy-Authorisation", "X-HubSignature256", "apiKey", "X_Session", "X-DBPassword",
  ])
  func headersThatAreSecret(_ name: String) {
    #expect(Redaction.value("v", ofHeader: name) == "***")
  }

  @Test(arguments: [
    "Content-Type", "Idempotency-Key", "X-Author", "Accept", "X-Request-Id", "Keyboard", "",
    "Content-Signal", "X-Passenger", "X-Pinned", "X-Authority", "X-Sessions-Total", "ETag",
    "X-Request-ID", "Accept-Encoding", "User-Agent", "Origin", "Host",
  ])
  func headersThatAreNot(_ name: String) {
    #expect(Redaction.value("v", ofHeader: name) == "v")
  }

  @Test func proxiesOfTheEnvironmentMayHoldSecrets() throws {
    var configuration = HTTPConfiguration(urls: [try TargetURL("http://h/")], userAgent: "x")
    let secret = ["HTTP_PROXY=http://n:p@h", "https_proxy=http://n:p@h", "http_proxy="]
    #expect(configuration.holdsSecrets(environment: secret))
    #expect(!configuration.holdsSecrets(environment: ["HTTP_PROXY=http://n:p@h", "http_proxy=h"]))
    #expect(configuration.connection.proxies(environment: secret) == ["", "http://n:p@h"])
    configuration.connection.proxy = ""
    #expect(!configuration.holdsSecrets(environment: secret))
    configuration.urls = [try TargetURL("http://h/?token=x")]
    #expect(configuration.holdsSecrets(environment: []))
  }

  @Test func errorsOfURLs() {
    for url in ["ftp://me:hush@h/", "http://me:hush@h:99999/", "http://me:hu/sh@h/"] {
      do {
        _ = try TargetURL(url)
        Issue.record("\(url) is taken")
      } catch {
        #expect(!"\(error)".contains("sh@") && !"\(error)".contains("hu"), "\(error)")
      }
    }
  }
}

@Suite("The origin that a record must not change")
struct FixedOriginTests {
  private func allows(_ template: String, _ url: String) throws -> Bool? {
    let fixed = try TargetURL(template).fixedOrigin
    return try fixed?.allows(#require(URLCheck.origin(of: url)))
  }

  @Test func plainFromTheTextBefore() throws {
    for text in ["http://h/{.a}", "http://h", "http://h{+.a}", "{+.url}", "http://u@h/{.a}"] {
      #expect(try TargetURL(text).fixedOrigin == nil, "\(text)")
    }
  }

  @Test func nameAndPassword() throws {
    #expect(try allows("http://{.u}@h:8/", "http://x@h:8/") == true)
    #expect(try allows("http://{.u}@h:8/", "http://evil/@h:8/") == false)
    #expect(try allows("http://{.u}@h/", "http://h:8/") == false)
  }

  @Test func portOnly() throws {
    #expect(try allows("http://h:{.p}/", "http://h:99/") == true)
    #expect(try allows("http://h:{+.p}/", "http://h:9@evil/") == false)
  }

  @Test func hostOnly() throws {
    #expect(try allows("http://{.h}/", "http://anything/") == true)
    #expect(try allows("http://{+.h}/", "http://anything:80/") == true)
    #expect(try allows("http://{+.h}/", "http://anything:8080/") == true)
    #expect(try allows("http://{.h}:8/", "http://anything:9/") == false)
    #expect(try allows("http://{.h}:80/", "http://anything:9/") == false)
    #expect(try allows("http://{.h}/", "https://anything/") == false)
  }

  @Test func valuesThatWouldChangeIt() throws {
    let client = try Client("http://{+.u}@127.0.0.1:1/")
    for value in ["evil.test/", "a@evil.test/", "evil.test#", "evil.test?"] {
      #expect(
        try client.send(#"{"u":"\#(value)"}"#)
          .contains("what is filled in would make it a URL of another host"))
    }
    #expect(try client.send(#"{"u":"me:pw"}"#).contains("COULDNT_CONNECT"))
  }
}

@Suite("Connections")
struct ConnectionOptionsTests {
  @Test func certificates() {
    func parts(_ text: String) -> [String?] {
      let certificate = ClientCertificate(text)
      return [certificate.file, certificate.password]
    }
    #expect(parts("a.pem") == ["a.pem", nil])
    #expect(parts("a.pem:") == ["a.pem", ""])
    #expect(parts("a.pem:b:c\\") == ["a.pem", "b:c\\"])
    #expect(parts(#"a\:b\\c\d:e"#) == [#"a:b\c\d"#, "e"])
  }

  @Test(arguments: ["h:80:127.0.0.1", "h:443:::1", "h:443:[::1],127.0.0.1", "*:80:1.2.3.4"])
  func addresses(_ text: String) {
    #expect(HostAddress(text)?.text == text)
  }

  @Test(arguments: [
    "", "h", "h:80", "h:80:", "h:0:1.2.3.4", "h:x:1.2.3.4", "h:80:1.2.3.4,", ":1:1",
    "h:80:x.test", "h\n:80:1.2.3.4", "h:70000:1.2.3.4",
  ])
  func noAddresses(_ text: String) {
    #expect(HostAddress(text) == nil)
  }

  @Test func proxies() {
    for text in ["", "h", "h:3128", "http://h", "socks5h://me:pw@h:1080", "https://h"] {
      #expect(ProxyCheck.problem(with: text) == nil, "\(text)")
    }
    for text in ["ftp://h", "http://", "http://h:99999", "a b"] {
      #expect(ProxyCheck.problem(with: text) != nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("h", "h:1080"), ("h:3128", "h:3128"), ("http://h", "h:1080"), ("http://h:80/", "h:80"),
    ("https://h", "h:443"), ("https://h:8443", "h:8443"), ("socks5h://me:1080@h", "h:1080"),
    ("socks4://me:pw@H:9", "h:9"), ("http://[::1]", "[::1]:1080"),
    ("http://[::1]:3128", "[::1]:3128"),
    ("", nil), ("http://", nil), ("http://h:99999", nil), ("a b", nil),
  ])
  func whereAProxyIs(_ text: String, _ place: String?) {
    #expect(ProxyCheck.hostAndPort(of: text).map { "\($0.host):\($0.port)" } == place)
  }
}

/// A mark that stands behind a colon or a slash is one character with it.
@Suite("Texts are read by what they are made of, not by characters") struct CombiningMarkTests {
  @Test func headers() throws {
    let header = try HeaderTemplate("Authorization:\u{301}x")
    #expect(header.name == "Authorization" && header.isSecret)
    #expect(header.value == .text(Template("\u{301}x")))
    #expect(try HeaderTemplate("A: \u{301}x").value == .text(Template("\u{301}x")))
  }

  @Test func certificates() {
    let certificate = ClientCertificate("a\\:\u{301}b:\u{301}c")
    #expect(certificate.file == "a:\u{301}b" && certificate.password == "\u{301}c")
  }

  @Test func placesInURLs() throws {
    let url = try TargetURL("http://\u{301}h/\u{301}{.a}")
    #expect(url.isPlain)
    #expect(url.guardedPrefix == nil)
    #expect(url.hostAndPort != nil)
  }
}
