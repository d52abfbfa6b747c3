import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords

/// Makes requests from records.
///
/// What is the same for every record is made once.
struct RequestBuilder {
  private let configuration: HTTPConfiguration
  private let targets: [TargetURL]
  private let headers: [HeaderTemplate]
  private let context: TemplateContext
  /// Whether requests carry the body of the configuration.
  let sendsBody: Bool
  /// The headers, if they are the same for all requests.
  private let commonHeaders: HeaderList?
  /// The URL, if it is the same for all requests.
  let commonURL: String?

  /// - Parameter targets: the URLs that requests may go to. Each request goes to one of them.
  init(_ configuration: HTTPConfiguration, targets: [TargetURL], worker: WorkerContext) throws {
    self.configuration = configuration
    self.targets = targets
    context = TemplateContext(
      record: ByteView("null"), index: 1, worker: worker.number, initArguments: worker.initArguments
    )
    sendsBody = configuration.sendsBody
    let isSame = targets.count == 1 && targets[0].template.isLiteral
    commonURL = isSame ? targets[0].template.literalPrefix : nil
    headers = configuration.allHeaders
    if headers.allSatisfy(\.isLiteral), !configuration.sendsIdempotencyKey {
      let list = HeaderList(capacity: headers.count)
      try headers.write(to: list, context)
      commonHeaders = list
    } else {
      commonHeaders = nil
    }
  }

  /// Makes a place for requests.
  /// - Parameter tag: the number by which the multi interface reports it.
  func makeExchange(tag: Int) throws(CurlFailure) -> Exchange {
    // One more for the idempotency key.
    let headers = commonHeaders ?? HeaderList(capacity: headers.count + 1)
    return Exchange(
      tag: tag, handle: try EasyHandle(tag: tag, configuration, headers: headers, url: commonURL),
      headers: headers)
  }

  /// The `host:port` that a request goes to.
  func host(of exchange: Exchange) -> String? {
    targets[exchange.server].hostAndPort
      ?? URLCheck.origin(of: exchange.url.view)?.hostAndPort
  }

  /// Makes the request for a record. The record's bytes must stay until the request is over.
  /// - Parameter key: the key by which the server can recognise the record.
  func fill(
    _ exchange: Exchange, from record: ByteView, index: Int, key: IdempotencyKey? = nil
  ) throws(RequestProblem) {
    context.move(to: record, index: index)
    try fillHead(of: exchange, key)
    if sendsBody { try fillBody(of: exchange) }
  }

  private func fillHead(
    of exchange: Exchange, _ key: IdempotencyKey? = nil
  ) throws(RequestProblem) {
    do throws(CurlFailure) { try exchange.handle.prepare() } catch { throw .refused(error) }
    if commonURL == nil { try fillURL(of: exchange, targets[exchange.server]) }
    if commonHeaders == nil {
      exchange.headers.removeAll()
      if let key { exchange.headers.add { key.writeHeader(to: &$0) } }
      try headers.write(to: exchange.headers, context)
    }
  }

  private func fillURL(
    of exchange: Exchange, _ target: TargetURL
  ) throws(RequestProblem) {
    exchange.url.removeAll()
    exchange.emptyPlaces.removeAll(keepingCapacity: true)
    do throws(TemplateError) {
      try target.template.expand(into: &exchange.url, context: context, encoding: .percent) {
        exchange.emptyPlaces.append($0)
      }
    } catch {
      throw RequestProblem(error)
    }
    if let prefix = target.guardedPrefix, exchange.url.count > prefix,
      !exchange.url.view[prefix].endsAuthority
    {
      throw .extendsHost
    }
    if let segments = target.segments,
      !segments.allow(exchange.url.view, empty: exchange.emptyPlaces)
    {
      throw .leavesSegment
    }
    exchange.url.append(UInt8(0))
    if let fixed = target.fixedOrigin {
      guard let origin = URLCheck.origin(of: exchange.url.view), fixed.allows(origin) else {
        throw .changesOrigin
      }
    }
    do throws(CurlFailure) {
      try exchange.handle.setURL(exchange.url.view)
    } catch {
      throw .refused(error)
    }
  }

  // MARK: Batches

  /// Adds a record, or the part of it that is sent, to the body of a batch.
  func add(_ record: ByteView, index: Int, to exchange: Exchange) throws(RequestProblem) {
    context.move(to: record, index: index)
    let before = exchange.body.count
    exchange.body.append(before == 0 ? "[" : ",")
    do throws(RequestProblem) {
      if case .path(let path) = configuration.body {
        exchange.body.append(try part(path))
      } else {
        exchange.body.append(record)
      }
    } catch {
      exchange.body.truncate(to: before)
      throw error
    }
  }

  /// Makes the request for the records that were added.
  func finishBatch(_ exchange: Exchange) throws(RequestProblem) {
    exchange.body.append("]")
    try fillHead(of: exchange)
    try send(exchange.body.view, with: exchange)
  }

  // MARK: Bodies

  private func fillBody(of exchange: Exchange) throws(RequestProblem) {
    switch configuration.body {
    case .none: break
    case .record: try send(context.record, with: exchange)
    case .path(let path): try send(try part(path), with: exchange)
    case .textPath(let path): try send(try text(of: try part(path), exchange), with: exchange)
    }
  }

  /// The text of a string; it is written to the exchange if it is not a part of the record. Any
  /// other value is returned as it is.
  private func text(of value: ByteView, _ exchange: Exchange) throws(RequestProblem) -> ByteView {
    guard value.isJSONString else { return value }
    exchange.body.removeAll()
    do throws(JSONProblem) {
      try exchange.body.append(textOf: value)
    } catch {
      throw .unreadable(error)
    }
    return exchange.body.view
  }

  private func send(_ body: ByteView, with exchange: Exchange) throws(RequestProblem) {
    exchange.sent = body
    do throws(CurlFailure) { try exchange.handle.setBody(body) } catch { throw .refused(error) }
  }

  private func part(_ path: JSONPath) throws(RequestProblem) -> ByteView {
    do throws(TemplateError) {
      return try context.part(at: path)
    } catch {
      throw RequestProblem(error)
    }
  }
}

/// Why no request can be made from a record.
enum RequestProblem: Error {
  case missingField(path: String)
  /// The wanted part of the record can't be read.
  case unreadable(JSONProblem)
  /// A header's value contains a byte that would end the header early.
  case lineBreak(header: String)
  /// The value that follows the host in the URL would become a part of the host.
  case extendsHost
  /// A value that is filled in would change the scheme, host or port.
  case changesOrigin
  /// A value that is filled in would leave its segment of the path.
  case leavesSegment
  case refused(CurlFailure)

  init(_ error: TemplateError) {
    switch error {
    case .missingField(let path): self = .missingField(path: path)
    case .unreadable(let problem): self = .unreadable(problem)
    }
  }
}
