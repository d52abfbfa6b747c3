import VimapSystem

/// A file that a run writes to.
///
/// It stays as it is until the run begins: one that is refused, for a name that was mistyped, say,
/// leaves what an earlier one has brought, and no new file either.
final class ResultFile {
  let path: String
  private let file: OwnedDescriptor
  /// There was nothing of that name before.
  private let isNew: Bool
  private var hasBegun = false

  init(_ path: String) throws(SystemError) {
    self.path = path
    if let created = try Descriptor.create(path) {
      file = created
      isNew = true
    } else {
      // There may be a link to what is not there.
      isNew = !Descriptor.isThere(path)
      file = try Descriptor.open(writing: path)
    }
  }

  deinit {
    if isNew, !hasBegun { Descriptor.removeIfEmpty(path, openAs: file.number) }
  }

  var descriptor: CInt { file.number }

  /// The file is there to stay, with what is in it.
  func keep() { hasBegun = true }

  /// Empties the file; what is no regular file stays as it is.
  func begin() throws(SystemError) {
    hasBegun = true
    try Descriptor.empty(file.number)
  }
}
