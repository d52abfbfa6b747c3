import VimapHTTP
import VimapJSON
import VimapKit
import VimapRecords

extension HTTPConfiguration {
  /// The HTTP worker that the options describe.
  init(_ options: HTTPOptions, _ connection: ConnectionArguments) throws {
    if let problem = CurlLibrary.problem {
      throw Refusal(.noWorker, "no worker can be started: --post needs libcurl: \(problem)")
    }
    let headers = try options.header.flatMap(Self.headers)
    do {
      try self.init(
        urls: options.post.map { url throws in try Self.target(url) },
        userAgent: "vimap/\(Program.version)")
      if let name = options.request { method = try RequestMethod(name) }
      self.headers = headers
      if let list = options.accept { accepted = try StatusSet(list) }
      if let body = try Self.body(options) { self.body = body }
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.usage, "\(error)")
    }
    if let shape = options.response { response = shape }
    expected = options.expect
    if let time = options.connectTimeout { connectTimeout = .seconds(time.seconds) }
    if let time = options.maxPause { longestPause = .seconds(time.seconds) }
    if let size = options.maxResponse {
      longestBody = try size.checkedLength(for: "--max-response")
    }
    if let number = try (options.concurrency ?? .usual).checkedNumber() {
      concurrency = number
    } else {
      concurrency = Self.mostConcurrency
      adaptsConcurrency = true
    }
    batch = try options.batch.map(checkedBatch)
    if options.idempotencyKey { try sendIdempotencyKey() }
    self.connection = try ConnectionOptions(connection)
    if let reason = mispairing { throw Refusal(.usage, reason) }
  }

  private static func target(_ url: String) throws -> TargetURL {
    do {
      return try TargetURL(url)
    } catch {
      guard let braces = RequestBraces.first(inURL: url) else { throw error }
      throw Refusal(
        .usage,
        "'\(Redaction.url(url))' is no URL: \(braces.text.onOneLine(atMost: 60)): \(braces.advice)")
    }
  }

  /// The most requests that `--concurrency auto` has in flight.
  private static let mostConcurrency = 1000

  /// Checks the size of a batch, and that all records of a batch have the same URL and headers.
  private func checkedBatch(_ number: Int) throws -> Int {
    guard (1...100_000).contains(number) else {
      throw Refusal(.usage, "--batch \(number): give a number from 1 to 100000")
    }
    for url in urls where url.template.dependsOnRecord {
      throw Refusal(
        .usage,
        "--batch: '\(Redaction.url(url.template.description))' is filled in from each record")
    }
    for header in headers {
      if case .text(let template) = header.value, template.dependsOnRecord {
        throw Refusal(.usage, "--batch: the header \(header.name) is filled in from each record")
      }
    }
    return number
  }

  private mutating func sendIdempotencyKey() throws {
    if headers.contains(where: { $0.name.lowercased() == "idempotency-key" }) {
      throw Refusal(.usage, "--idempotency-key: --header sets it already; give one of them only")
    }
    sendsIdempotencyKey = true
  }

  /// The header in the option's text or, after an `@`, the headers in a file, one per line. Headers
  /// from a file are secret.
  private static func headers(_ text: String) throws -> [HeaderTemplate] {
    guard text.namesFile else {
      do {
        return [try HeaderTemplate(text)]
      } catch {
        throw Refusal(.usage, "\(error)")
      }
    }
    let path = String(text.unicodeScalars.dropFirst())
    guard path != "-" else {
      throw Refusal(.usage, "--header @-: standard input is for records; give a file")
    }
    let lines = try InputText.lines(path, of: "--header", "give a file with one header a line")
    return try lines.filter { $0.text.utf8.first != UInt8(ascii: "#") }.map { line in
      do throws(HeaderError) {
        return try HeaderTemplate(line.text, isSecret: true)
      } catch {
        // If the text before the colon is no name, it may be a part of a secret, so it is not
        // shown.
        let reason =
          switch error {
          case .badName: "what stands before the colon is no name of a header"
          default: "\(error)"
          }
        throw Refusal(
          .usage, "--header \(path.onOneLine(atMost: 100)):\(line.number): \(reason)")
      }
    }
  }

  private static func body(_ options: HTTPOptions) throws -> RequestBody? {
    let making = "; for a body of your own, make it with jq first and send that field"
    if let text = options.body { return .path(try JSONPath(text, of: "--body", making)) }
    if let text = options.bodyText {
      return .textPath(try JSONPath(text, of: "--body-text", making))
    }
    return options.noBody ? RequestBody.none : nil
  }

  /// The names of the bound arguments that the URLs and headers use.
  var initNames: [String] {
    var names = urls.flatMap(\.template.initNames)
    for case .text(let template) in headers.map(\.value) { names += template.initNames }
    return names
  }
}

extension String {
  /// Whether the text names a file of headers, as `@FILE` does.
  var namesFile: Bool { utf8.first == UInt8(ascii: "@") }
}
