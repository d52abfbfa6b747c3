import VimapBytes
import VimapKit
import VimapRecords

/// A request as it would be sent, without the secrets that ``Redaction`` recognises.
package struct PlannedRequest {
  /// The method, such as `POST`.
  package let method: String
  /// Where it goes.
  package let url: String
  /// Its headers in the form of curl's `-H`: `Name: value`, `Name;` for a header without a value,
  /// and `Name:` for one that is not sent.
  package let headers: [SharedBytes]
  /// Its body, lent. `nil` if it has none, which differs from an empty one.
  package let body: ByteView?
}

/// Shows what a worker would send for its records, and sends nothing.
package final class RequestPlanner {
  private let configuration: HTTPConfiguration
  private let builder: RequestBuilder
  private let exchange: Exchange
  /// The names of headers whose values are not shown, in lower case.
  private let secretNames: Set<String>
  /// The number of records in the current request.
  package private(set) var count = 0

  /// - Parameter context: the worker's context.
  /// - Throws: the reason why no worker could be set up.
  package init(_ configuration: HTTPConfiguration, context: WorkerContext) throws {
    try CurlLibrary.start()
    self.configuration = configuration
    secretNames = Set(configuration.headers.filter(\.isSecret).map { $0.name.lowercased() })
    builder = try RequestBuilder(configuration, targets: configuration.urls, worker: context)
    exchange = try builder.makeExchange(tag: 0)
    exchange.server = context.number % configuration.urls.count
  }

  /// Whether no more records fit into the request.
  package var isFull: Bool { count >= configuration.batch ?? 1 }

  /// Adds a record, which is JSON. If requests have a single record, its bytes must stay until
  /// ``take(_:)``.
  /// - Returns: `nil`, or why the record can be in no request.
  package func add(_ record: Int, of batch: RecordBatch) -> RecordException? {
    let (bytes, index) = (batch.bytes(of: record), batch.index(of: record))
    do throws(RequestProblem) {
      if configuration.batch == nil {
        try builder.fill(exchange, from: bytes, index: index, key: key(of: record, of: batch))
      } else {
        if count == 0 { exchange.body.removeAll() }
        try builder.add(bytes, index: index, to: exchange)
      }
    } catch {
      return RecordException(error)
    }
    count += 1
    return nil
  }

  private func key(of record: Int, of batch: RecordBatch) -> IdempotencyKey? {
    guard configuration.sendsIdempotencyKey else { return nil }
    return IdempotencyKey(line: batch.trimmedLine(of: record), occurrence: batch.occurrence)
  }

  /// Lends the request for the records that were added, and begins another.
  /// - Returns: `nil`, or why there can be no request.
  package func take(_ body: (PlannedRequest) throws -> Void) throws -> RecordException? {
    defer { count = 0 }
    if configuration.batch != nil {
      do throws(RequestProblem) {
        try builder.finishBatch(exchange)
      } catch {
        return RecordException(error)
      }
    }
    try body(
      PlannedRequest(
        method: configuration.method.name,
        url: Redaction.url(builder.commonURL ?? exchange.urlText),
        headers: exchange.headers.lines.map(shown), body: sentBody))
    return nil
  }

  /// A header's line in the form in which it may be shown.
  private func shown(_ line: ByteView) -> SharedBytes {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon + 1 < line.count,
      secretNames.contains(line.head(colon).text.lowercased())
    else { return SharedBytes(copying: line) }
    var shown = ByteBuffer(capacity: colon + 8)
    shown.append(line.head(colon))
    shown.append(": ")
    shown.append(text: Redaction.mark)
    return SharedBytes(taking: shown)
  }

  private var sentBody: ByteView? {
    guard builder.sendsBody else {
      return configuration.method.announcesEmptyBody ? .empty : nil
    }
    return exchange.sent
  }
}

extension Exchange {
  /// The URL, without the NUL behind it.
  fileprivate var urlText: String { String(system: url.view.head(max(0, url.count - 1))) }
}
