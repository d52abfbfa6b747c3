import Foundation
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapHTTP
@testable import VimapKit
@testable import VimapRecords

/// Lends the bytes of a text.
func withView<Result>(_ text: String, _ body: (ByteView) throws -> Result) rethrows -> Result {
  var buffer = ByteBuffer()
  buffer.append(text: text)
  return try body(buffer.view)
}

/// What `write` writes.
func written(_ write: (inout ByteBuffer) throws -> Void) rethrows -> String {
  var buffer = ByteBuffer()
  try write(&buffer)
  return buffer.view.text
}

func isJSON(_ bytes: ByteView) -> Bool { RecordScanner().problem(with: bytes) == nil }

/// The faulty server of these tests; it ends when this process does.
enum FaultyServer {
  static func port() throws -> String { try started.get().port }

  private static let started = Result { try Started() }

  private final class Started: Sendable {
    let port: String
    /// The server's standard input.
    private let lifeline = Foundation.Pipe()

    init() throws {
      let output = Foundation.Pipe()
      let process = Foundation.Process()
      process.executableURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Support/faulty-server")
      process.standardInput = lifeline
      process.standardOutput = output
      try process.run()
      port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}

/// A worker's way from record to result, without a pool.
final class Client {
  private let builder: RequestBuilder
  private let writer: AnswerWriter
  private let multi: MultiHandle
  private let exchange: Exchange
  private let inbox: VimapSystem.Pipe

  /// - Parameter url: on the faulty server where it begins with `/`.
  init(_ url: String, _ change: (inout HTTPConfiguration) throws -> Void = { _ in }) throws {
    let url = url.hasPrefix("/") ? "http://127.0.0.1:\(try FaultyServer.port())\(url)" : url
    var configuration = HTTPConfiguration(urls: [try TargetURL(url)], userAgent: "vimap/test")
    try change(&configuration)
    try CurlLibrary.start()
    let context = WorkerContext(number: 2, jobs: 4, initArguments: ["token": "t0"])
    builder = try RequestBuilder(configuration, targets: configuration.urls, worker: context)
    writer = AnswerWriter(configuration, isJSON: isJSON)
    inbox = try VimapSystem.Pipe()
    multi = try MultiHandle(inbox: inbox.reading.number, connections: 4)
    exchange = try builder.makeExchange(tag: 7)
  }

  /// The output for a record, or the exception, as the text of JSON.
  func send(_ record: String = #"{"id":1}"#) throws -> String {
    try withView(record) { record in
      do throws(RequestProblem) {
        try builder.fill(exchange, from: record, index: 3)
      } catch {
        return written { RecordException(error).write(to: &$0) }
      }
      try multi.add(exchange.handle)
      while true {
        if let (tag, code) = multi.nextFinished() {
          precondition(tag == 7)
          return text(writer.verdict(on: exchange.handle, code, records: 1))
        }
        if try !multi.fireTimer() { try multi.poll(waiting: true) }
      }
    }
  }

  /// What the server at `/headers` saw of the request for a record.
  func seen(_ record: String = #"{"id":1}"#) throws -> Request {
    try JSONDecoder().decode(Output.self, from: Data(send(record).utf8)).body
  }

  private func text(_ verdict: AnswerWriter.Verdict) -> String {
    switch verdict {
    case .accepted(let status): writer.output(exchange.handle.answer, status: status).text
    case .failed(let exception): written { exception.write(to: &$0) }
    }
  }
}

private struct Output: Decodable {
  let body: Request
}

struct Request: Decodable {
  let method: String
  let target: String
  let headers: [[String]]
  let body: String

  /// The values of a header.
  subscript(name: String) -> [String] {
    headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
  }
}
