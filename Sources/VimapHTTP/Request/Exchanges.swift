import VimapKit
import VimapRecords

/// The places for requests that a worker has: as many as were ever under way at once.
final class Exchanges {
  private let link: WorkerLink
  private let builder: RequestBuilder
  /// By tag.
  private(set) var all: [Exchange] = []
  private var idle: [Exchange] = []

  init(_ builder: RequestBuilder, _ link: WorkerLink) throws {
    self.link = link
    self.builder = builder
    // What this libcurl doesn't know is no record's fault, and shows here.
    idle = [try make()]
  }

  subscript(_ tag: Int) -> Exchange { all[tag] }
  /// Those that have a request.
  var inUse: Int { all.count - idle.count }

  /// One without a request.
  func take() throws -> Exchange { try idle.popLast() ?? make() }

  /// The request of one is over.
  func giveBack(_ exchange: Exchange) {
    link.noteSent(at: exchange.tag)
    exchange.end()
    idle.append(exchange)
  }

  private func make() throws -> Exchange {
    let exchange = try builder.makeExchange(tag: all.count)
    // A request counts as sent from the moment before libcurl sends it.
    exchange.handle.onSend = { [link, unowned exchange] in
      exchange.isUnsent = false
      link.noteSent(at: exchange.tag)
    }
    all.append(exchange)
    return exchange
  }
}
