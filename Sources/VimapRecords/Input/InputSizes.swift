import VimapKit
import VimapSystem

/// How many bytes the inputs have, where all of them are regular files.
///
/// Sizes are looked up once, when they are first asked for, as there may be very many inputs; that
/// of the one being read is looked up again, as it may grow.
struct InputSizes {
  /// Bytes from each input to the last, as they were at first; `nil` where one is no regular file.
  private let rest: [Int]?

  init(_ files: [InputFile]) {
    var rest = [0]
    for file in files.reversed() {
      guard let size = file.size else {
        self.rest = nil
        return
      }
      rest.append(rest[rest.count - 1] + size)
    }
    self.rest = rest.reversed()
  }

  /// The bytes of all inputs.
  /// - Parameters:
  ///   - read: bytes read so far.
  ///   - file: the input read last; -1 for none.
  ///   - ahead: bytes of it that are still to be read.
  func total(read: Int, file: Int, ahead: Int) -> Int? {
    rest.map { read + ahead + $0[min(file + 1, $0.count - 1)] }
  }
}

extension InputFile {
  /// The bytes that there are to be read; `nil` where that is not known. What can't be read counts
  /// nothing.
  fileprivate var size: Int? {
    switch source {
    case .path(let path): Descriptor.size(path)
    case .descriptor(let number): Descriptor.bytesAhead(number)
    }
  }
}
