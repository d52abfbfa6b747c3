import VimapBytes
import VimapJSON

/// The segments of a URL's path that a record can fill in and must not leave: one that is `..` makes
/// `/users/{.id}` its parent, one that is `.` or empty makes it the whole collection (RFC 3986
/// section 5.2.4).
///
/// A placeholder that keeps `/` as it is, such as `{+.path}`, may hold any number of segments, none
/// included; it can't go up either, unless the whole path, or the whole URL, is its own. Where a
/// placeholder stands for the host, nobody knows which empty segments are its own, but for one at the
/// end behind the URL's own `/`.
struct PathSegments: Equatable {
  /// How many of them the URL's own text has.
  private let own: Count
  private let emptiness: Emptiness

  private enum Emptiness: Equatable {
    case refused
    /// At the end only.
    case refusedAtEnd
    case allowed
  }

  private struct Count: Equatable {
    var dots = 0
    var empty = 0
  }

  /// `nil` where no record changes the path, or all of it is a record's.
  init?(of template: Template) {
    if template.isLiteral || template.isPlaceholder { return nil }
    var sample = ByteBuffer()
    sample.append(system: template.text(standIn: "1"))
    own = Self.count(sample.view)
    let endsWithSlash = template.text(standIn: "1").hasSuffix("/")
    if !template.literalPrefix.isEmpty {
      emptiness = template.keepsSlashesInPath ? .allowed : .refused
    } else {
      emptiness = endsWithSlash ? .allowed : .refusedAtEnd
    }
  }

  /// Whether a URL, filled in, has no more of them than its own.
  func allow(_ url: ByteView) -> Bool {
    let count = Self.count(url)
    if count.dots > own.dots { return false }
    switch emptiness {
    case .allowed: return true
    case .refused: return count.empty <= own.empty
    case .refusedAtEnd: return url.isEmpty || url[url.count - 1] != UInt8(ascii: "/")
    }
  }

  private static func count(_ url: ByteView) -> Count {
    var count = Count()
    guard let start = startOfPath(url) else { return count }
    var begin = start + 1
    for place in begin...url.count {
      let byte = place < url.count ? url[place] : UInt8(ascii: "?")
      guard byte == UInt8(ascii: "/") || byte.endsPath else { continue }
      let segment = url.slice(begin, place - begin)
      if segment.isEmpty { count.empty += 1 }
      if segment.isDots { count.dots += 1 }
      if byte.endsPath { break }
      begin = place + 1
    }
    return count
  }

  /// Where the first `/` behind the host is.
  private static func startOfPath(_ url: ByteView) -> Int? {
    var place = 0
    while let colon = url.firstIndex(of: UInt8(ascii: ":"), from: place), colon + 2 < url.count {
      place = colon + 1
      guard url[colon + 1] == UInt8(ascii: "/"), url[colon + 2] == UInt8(ascii: "/") else {
        continue
      }
      for index in (colon + 3)..<max(colon + 3, url.count) {
        if url[index] == UInt8(ascii: "/") { return index }
        if url[index].endsPath { return nil }
      }
      return nil
    }
    return nil
  }
}

extension ByteView {
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
