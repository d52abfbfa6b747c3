public import VimapBytes

/// A part of a file's path, written with the letters of GNU parallel: `{/.file}` takes the name
/// from the path that is in `.file`.
///
/// Names are as for basename(1) and dirname(1): slashes at the end do not belong to a name. Dots at
/// the beginning of a name begin no extension.
public enum PathPart: String, Sendable, CaseIterable {
  /// `{/.file}`: the name, without the folder.
  case name = "/"
  /// `{//.file}`: the folder, or `.` if there is none.
  case folder = "//"
  /// `{..file}`: the path without its extension.
  case withoutExtension = "."
  /// `{/..file}`: the name without its extension.
  case nameWithoutExtension = "/."

  /// In the order in which they must be tried.
  static let longestFirst: [PathPart] = [.folder, .nameWithoutExtension, .name, .withoutExtension]

  /// This part of a path, lent from the path.
  public func of(_ path: ByteView) -> ByteView {
    switch self {
    case .name: path.fileName
    case .folder: path.folder
    case .withoutExtension: path.withoutExtension
    case .nameWithoutExtension: path.fileName.withoutExtension
    }
  }
}

extension ByteView {
  private static var slash: UInt8 { UInt8(ascii: "/") }
  private static var dot: UInt8 { UInt8(ascii: ".") }

  /// The path without slashes at the end; a single slash stays.
  private var withoutLastSlashes: ByteView {
    var end = count
    while end > 1, self[end - 1] == Self.slash { end -= 1 }
    return head(end)
  }

  fileprivate var fileName: ByteView {
    let path = withoutLastSlashes
    guard path.count > 1, let slash = path.lastIndex(of: Self.slash) else { return path }
    return path.slice(slash + 1)
  }

  fileprivate var folder: ByteView {
    let path = withoutLastSlashes
    guard let slash = path.lastIndex(of: Self.slash) else { return ByteView(".") }
    return path.head(slash + 1).withoutLastSlashes
  }

  fileprivate var withoutExtension: ByteView {
    let path = withoutLastSlashes
    var start = path.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0
    while start < path.count, path[start] == Self.dot { start += 1 }
    guard let dot = path.slice(start).lastIndex(of: Self.dot) else { return self }
    return path.head(start + dot)
  }
}
