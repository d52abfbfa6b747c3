import VimapBytes

/// Knows which stream of which connection an HTTP/2 request uses, and which requests servers have
/// left out.
///
/// A server that sends GOAWAY names the last stream that it has looked at. So the streams after
/// that had no effect (RFC 9113 section 6.8). No function of libcurl passes that on
/// (``Workaround/leftOutRequests``), but the texts of CURLOPT_DEBUGFUNCTION(3) contain it. Each
/// version words them differently. If a text is not recognised, no request counts as left out.
struct StreamNotes {
  private var connection: Int?
  private var stream: Int?

  /// By the number of a connection, the last stream that its server has looked at.
  final class GoAways {
    fileprivate var lastStreams: [Int: Int] = [:]
  }

  /// Takes in one of libcurl's texts about the request.
  /// - Parameter connection: the number of its connection. A function returns it only from 8.2 on.
  mutating func take(_ text: ByteView, connection known: Int?, _ goAways: GoAways?) {
    if text.starts("Re-using existing ") || text.starts("Connected to ") {
      connection = known ?? text.number(behind: "#")
      stream = nil
    } else if let number = text.openedStream {
      connection = known ?? connection
      stream = number
    } else if let connection, text.isGoAway {
      goAways?.lastStreams[connection] = text.number(behind: "last_stream=")
    }
  }

  /// Whether the server has said that it left the request out.
  func isLeftOut(_ goAways: GoAways?) -> Bool {
    guard let connection, let stream, let last = goAways?.lastStreams[connection] else {
      return false
    }
    return stream > last
  }
}

extension ByteView {
  /// The misspelling is that of 7.88.
  fileprivate var isGoAway: Bool {
    starts("recveived GOAWAY, ") || starts("received GOAWAY, ")
  }

  /// The number of the stream that the request uses.
  fileprivate var openedStream: Int? {
    if starts("Using Stream ID: ") { return number(behind: ": ") }
    // From 8.2 on: [HTTP/2] [5] OPENED stream for https://example.org/
    let mark: StaticString = "[HTTP/2] ["
    guard starts(mark), case let rest = slice(ByteView(mark).count),
      let end = rest.firstIndex(of: UInt8(ascii: "]")),
      rest.slice(end).starts("] OPENED stream for ")
    else { return nil }
    return Int(rest.head(end).text)
  }

  func starts(_ start: StaticString) -> Bool {
    let start = ByteView(start)
    return head(start.count) == start
  }

  /// The whole number after the last place where `mark` stands.
  fileprivate func number(behind mark: String) -> Int? {
    let text = text
    var rest = text[...]
    while let found = rest.firstRange(of: mark) { rest = rest[found.upperBound...] }
    return rest.startIndex == text.startIndex ? nil : Int(rest.prefix(while: \.isNumber))
  }
}
