import VimapKit
import VimapRecords

/// The exchanges of a worker: as many as were ever under way at once.
final class Exchanges {
  private let link: WorkerLink
  private let builder: RequestBuilder
  /// All exchanges, by tag.
  private(set) var all: [Exchange] = []
  private var idle: [Exchange] = []

  init(_ builder: RequestBuilder, _ link: WorkerLink) throws {
    self.link = link
    self.builder = builder
    // If this libcurl lacks an option, no record is to blame. Making one here shows that at once.
    idle = [try make()]
  }

  subscript(_ tag: Int) -> Exchange { all[tag] }
  /// The number of exchanges that have a request.
  var inUse: Int { all.count - idle.count }

  /// An exchange without a request.
  func take() throws -> Exchange { try idle.popLast() ?? make() }

  /// Takes back an exchange whose request is over.
  func giveBack(_ exchange: Exchange) {
    link.noteSent(at: exchange.tag)
    exchange.end()
    idle.append(exchange)
  }

  private func make() throws -> Exchange {
    let exchange = try builder.makeExchange(tag: all.count)
    // A request counts as sent from just before libcurl sends it.
    exchange.handle.onSend = { [link, unowned exchange] in
      exchange.isUnsent = false
      link.noteSent(at: exchange.tag)
    }
    all.append(exchange)
    return exchange
  }
}
