import VimapBytes
import VimapJSON

/// The segments of a URL's path that a record can fill in and must not leave: one that is `..`
/// makes `/users/{.id}` its parent, one that is `.` or empty makes it the whole collection (RFC
/// 3986 section 5.2.4).
///
/// A placeholder that keeps `/` as it is, such as `{+.path}`, may hold any number of segments, none
/// included; it can't go up either, unless the whole path, or the whole URL, is its own.
struct PathSegments: Equatable {
  /// How many segments of the URL's own text are `.` or `..`.
  private let ownDots: Int

  /// `nil` where no record changes the path, or all of it is a record's.
  init?(of template: Template) {
    if template.isLiteral || template.isPlaceholder { return nil }
    var sample = ByteBuffer()
    sample.append(system: template.text(standIn: "1"))
    ownDots = Self.path(of: sample.view)?.bytes.dotSegments ?? 0
  }

  /// Whether a URL, filled in, has no more of them than its own.
  /// - Parameter empty: where placeholders stand that came to nothing.
  func allow(_ url: ByteView, empty: [Int]) -> Bool {
    guard let (start, path) = Self.path(of: url) else { return true }
    return path.dotSegments <= ownDots && !empty.contains { path.isEmptySegment(at: $0 - start) }
  }

  /// From the first `/` behind the host to the query.
  private static func path(of url: ByteView) -> (start: Int, bytes: ByteView)? {
    var place = 0
    while let colon = url.firstIndex(of: UInt8(ascii: ":"), from: place), colon + 2 < url.count {
      place = colon + 1
      guard url[colon + 1] == UInt8(ascii: "/"), url[colon + 2] == UInt8(ascii: "/") else {
        continue
      }
      let host = colon + 3
      guard
        let start = (host..<url.count).first(where: {
          url[$0] == UInt8(ascii: "/") || url[$0].endsPath
        }), url[start] == UInt8(ascii: "/")
      else { return nil }
      let end = (start..<url.count).first { url[$0].endsPath } ?? url.count
      return (start, url.slice(start, end - start))
    }
    return nil
  }
}

extension ByteView {
  /// Of a path that begins with `/`: how many of its segments are `.` or `..`, to a server that
  /// decodes `%2F` before it looks, as nginx does, or takes a backslash for a slash, as on Windows.
  fileprivate var dotSegments: Int {
    var dots = 0
    var begin = 1
    var place = 1
    while place <= count {
      let length = place == count ? 1 : separatorLength(at: place)
      if length > 0 {
        if slice(begin, place - begin).isDots { dots += 1 }
        begin = place + length
      }
      place += Swift.max(length, 1)
    }
    return dots
  }

  /// Bytes of what parts two segments, as it is or percent-encoded; 0 where that is not here.
  private func separatorLength(at place: Int) -> Int {
    switch self[place] {
    case UInt8(ascii: "/"), UInt8(ascii: "\\"): return 1
    case UInt8(ascii: "%") where place + 2 < count:
      let digits = (self[place + 1], self[place + 2] | 0x20)
      return digits == (UInt8(ascii: "2"), UInt8(ascii: "f"))
        || digits == (UInt8(ascii: "5"), UInt8(ascii: "c")) ? 3 : 0
    default: return 0
    }
  }

  /// Of a path: whether the segment that `place` is in, or at an end of, is empty. A place before
  /// the path, as of a placeholder in the host, is less than 0, and in none.
  fileprivate func isEmptySegment(at place: Int) -> Bool {
    place > 0 && place <= count && self[place - 1] == UInt8(ascii: "/")
      && (place == count || self[place] == UInt8(ascii: "/"))
  }

  /// Whether this is `.` or `..`, each point maybe percent-encoded (RFC 3986 section 6.2.2.3).
  fileprivate var isDots: Bool {
    var place = 0
    var points = 0
    while place < count, points < 3 {
      if self[place] == UInt8(ascii: ".") {
        place += 1
      } else if place + 2 < count, self[place] == UInt8(ascii: "%"),
        self[place + 1] == UInt8(ascii: "2"), self[place + 2] | 0x20 == UInt8(ascii: "e")
      {
        place += 3
      } else {
        return false
      }
      points += 1
    }
    return points == 1 || points == 2
  }
}

extension UInt8 {
  fileprivate var endsPath: Bool { self == UInt8(ascii: "?") || self == UInt8(ascii: "#") }
}
