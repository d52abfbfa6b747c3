import VimapBytes

/// Where a request of HTTP/2 has gone, and which requests servers have said they leave out.
///
/// A server that says GOAWAY names the last stream it has looked at, and so says that those behind
/// it had no effect (RFC 9113 section 6.8). libcurl doesn't pass that on, but says it in the texts
/// of CURLOPT_DEBUGFUNCTION(3). Where another version of it says them otherwise, no request counts
/// as left out.
struct StreamNotes {
  private var connection: Int?
  private var stream: Int?

  /// The last stream that was looked at, by the number of the connection.
  final class GoAways {
    fileprivate var lastStreams: [Int: Int] = [:]
  }

  /// Takes in one of libcurl's texts about the request.
  mutating func take(_ text: ByteView, _ goAways: GoAways?) {
    if text.starts("Re-using existing connection #") || text.starts("Connected to ") {
      connection = text.number(behind: "#")
      stream = nil
    } else if text.starts("Using Stream ID: ") {
      stream = text.number(behind: ": ")
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
  /// The misspelling is that of curl 7.88.
  fileprivate var isGoAway: Bool {
    starts("recveived GOAWAY, ") || starts("received GOAWAY, ")
  }

  func starts(_ start: StaticString) -> Bool {
    let start = ByteView(start)
    return head(start.count) == start
  }

  /// The whole number that stands where `mark` was last.
  fileprivate func number(behind mark: String) -> Int? {
    let text = text
    var rest = text[...]
    while let found = rest.firstRange(of: mark) { rest = rest[found.upperBound...] }
    return rest.startIndex == text.startIndex ? nil : Int(rest.prefix(while: \.isNumber))
  }
}
