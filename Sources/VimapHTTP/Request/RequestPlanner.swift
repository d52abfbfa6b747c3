import VimapBytes
import VimapKit
import VimapRecords

/// A request as it would be sent; without the secrets that ``Redaction`` knows of.
package struct PlannedRequest {
  /// The method, such as `POST`.
  package let method: String
  /// Where it goes.
  package let url: String
  /// Its headers as curl's `-H` has them: `Name: value`, `Name;` for one without a value, and
  /// `Name:` for one that is not to be sent.
  package let headers: [SharedBytes]
  /// What it carries, lent; `nil` where it has no body, which is not the same as an empty one.
  package let body: ByteView?
}

/// Says what a worker would send for its records, and sends nothing.
package final class RequestPlanner {
  private let configuration: HTTPConfiguration
  private let builder: RequestBuilder
  private let exchange: Exchange
  /// Of headers whose values are not shown, in lower case.
  private let secretNames: Set<String>
  /// Records that are in the request by now.
  package private(set) var count = 0

  /// - Parameter context: the worker's.
  /// - Throws: the reason that no worker could be set up.
  package init(_ configuration: HTTPConfiguration, context: WorkerContext) throws {
    try CurlLibrary.start()
    self.configuration = configuration
    secretNames = Set(configuration.headers.filter(\.isSecret).map { $0.name.lowercased() })
    builder = try RequestBuilder(configuration, targets: configuration.urls, worker: context)
    exchange = try builder.makeExchange(tag: 0)
    exchange.server = context.number % configuration.urls.count
  }

  /// Whether the request takes no more records.
  package var isFull: Bool { count >= configuration.batch ?? 1 }

  /// Adds a record, which is JSON; one by itself has to stay until ``take(_:)``.
  /// - Returns: why it can be in no request, where that is so.
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

  /// Lends the request for what was added, and begins another.
  /// - Returns: why there can be none, where that is so.
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

  /// A header's line as it may be shown.
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
