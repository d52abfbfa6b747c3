import VimapKit
import VimapSystem

/// The size of the inputs in bytes, if all of them are regular files.
///
/// There may be very many inputs, so their sizes are looked up once, when they are first needed.
/// The size of the input being read is looked up again, since a file may grow.
struct InputSizes {
  /// For each input, the bytes from there to the end of the last, as first looked up. `nil` if an
  /// input is not a regular file.
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

  /// The size of all inputs.
  /// - Parameters:
  ///   - read: the bytes read so far.
  ///   - file: the input read last; -1 for none.
  ///   - ahead: the bytes of this input that are not read yet.
  func total(read: Int, file: Int, ahead: Int) -> Int? {
    rest.map { read + ahead + $0[min(file + 1, $0.count - 1)] }
  }
}

extension InputFile {
  /// The bytes that can be read; `nil` if unknown. An input that can't be read counts as empty.
  fileprivate var size: Int? {
    switch source {
    case .path(let path): Descriptor.size(path)
    case .descriptor(let number): Descriptor.bytesAhead(number)
    }
  }
}
