import VimapSystem

/// A file that a run writes to.
///
/// It does not change until the run begins. A run that is refused, for example because of a
/// mistyped name, leaves the results of an earlier run in the file, and makes no new file.
final class ResultFile {
  let path: String
  private let file: OwnedDescriptor
  /// Whether the name did not exist before.
  private let isNew: Bool
  private var hasBegun = false

  init(_ path: String) throws(SystemError) {
    self.path = path
    if let created = try Descriptor.create(path) {
      file = created
      isNew = true
    } else {
      // The name may be a link whose target does not exist.
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

  /// Empties the file. What is not a regular file stays as it is.
  func begin() throws(SystemError) {
    hasBegun = true
    try Descriptor.empty(file.number)
  }
}
