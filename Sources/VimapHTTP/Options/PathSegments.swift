import VimapBytes
import VimapJSON

/// The segments of a URL's path that a record fills in. A record must not leave its segment: `..`
/// makes `/users/{.id}` the parent, and `.` or nothing makes it the whole collection (RFC 3986
/// section 5.2.4).
///
/// A placeholder that keeps `/` as it is, such as `{+.path}`, may fill in any number of segments,
/// even none. It can't go up either, unless it is the whole path or the whole URL.
struct PathSegments: Equatable {
  /// How many segments of the URL's own text are `.` or `..`.
  private let ownDots: Int

  /// `nil` if records don't change the path, or fill in all of it.
  init?(of template: Template) {
    if template.isLiteral || template.isPlaceholder { return nil }
    var sample = ByteBuffer()
    sample.append(system: template.text(standIn: "1"))
    ownDots = Self.path(of: sample.view)?.bytes.dotSegments ?? 0
  }

  /// Whether a filled-in URL has no more dot segments than its own, and no empty ones.
  /// - Parameter empty: the places of placeholders that were filled with nothing.
  func allow(_ url: ByteView, empty: [Int]) -> Bool {
    guard let (start, path) = Self.path(of: url) else { return true }
    return path.dotSegments <= ownDots && !empty.contains { path.isEmptySegment(at: $0 - start) }
  }

  /// The path: from the first `/` after the host to the query.
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
  /// The number of a path's segments that are `.` or `..`. The path begins with `/`. Some servers
  /// decode `%2F` first, as nginx does, or take a backslash for a slash, as on Windows; that counts
  /// too.
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

  /// The length of the separator at a place, plain or percent-encoded; 0 if there is none.
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

  /// Whether the segment of a path at `place`, or next to it, is empty. The place of a placeholder
  /// before the path, as in the host, is below 0, and in no segment.
  fileprivate func isEmptySegment(at place: Int) -> Bool {
    place > 0 && place <= count && self[place - 1] == UInt8(ascii: "/")
      && (place == count || self[place] == UInt8(ascii: "/"))
  }

  /// Whether this is `.` or `..`. Each dot may be percent-encoded (RFC 3986 section 6.2.2.3).
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
