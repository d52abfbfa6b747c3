import VimapBytes
import VimapKit
import VimapSystem

/// Keeps the input lines whose records became exceptions, as they were read, so that they can be
/// fed again: in the encoding of the input.
package final class FailedLines {
  private let descriptor: CInt
  private let separator: UInt8
  private var buffer = ByteBuffer()
  /// Lines that came while one that is too long to hold is being passed through.
  private var held = ByteBuffer()
  private var isPassing = false
  /// Bytes of that line that are written.
  private var passed = 0
  /// Where the input is not in UTF-8: back to what it is in.
  private let encoder: TextConverter?
  private var encoded = ByteBuffer()
  /// Told of what has been written.
  var onWritten: (ByteView) -> Void = { _ in }

  /// - Parameters:
  ///   - descriptor: lent; the caller closes it.
  ///   - separator: what ends a line.
  ///   - encoding: what the input is in, if not in UTF-8.
  package init(
    descriptor: CInt, separator: UInt8, encoding: TextEncoding? = nil
  ) throws(SystemError) {
    self.descriptor = descriptor
    self.separator = separator
    encoder = try encoding.map { (encoding) throws(SystemError) in try encoding.encoder() }
  }

  /// About how much is to be written.
  var pending: Int { 4 * buffer.count }

  func add(_ line: ByteView) {
    if isPassing {
      held.append(line)
      held.append(separator)
    } else {
      buffer.append(line)
      buffer.append(separator)
    }
  }

  /// Passes on a piece of a line; `nil` is its end.
  func pass(_ piece: ByteView?) throws(SystemError) {
    if let piece {
      if !isPassing { passed = 0 }
      isPassing = true
      try flush()
      if let encoder {
        encoded.removeAll()
        encoder.convert(piece, to: &encoded)
        passed += encoded.count
        return try Descriptor.writeAll(descriptor, encoded.view)
      }
      passed += piece.count
      try Descriptor.writeAll(descriptor, piece)
    } else if isPassing {
      buffer.append(separator)
      endPassing()
    }
  }

  private func endPassing() {
    isPassing = false
    buffer.append(held.view)
    held.removeAll()
  }

  /// Writes everything. A line whose end was not read, as the run was stopped in the middle of it,
  /// is no record, and is taken back where that can be: from a file.
  func finish() throws(SystemError) {
    if isPassing {
      Descriptor.takeBack(passed, from: descriptor)
      endPassing()
    }
    try flush()
    guard let encoder else { return }
    encoded.removeAll()
    encoder.finish(&encoded)
    try Descriptor.writeAll(descriptor, encoded.view)
    onWritten(encoded.view)
  }

  /// Writes what has been added, waiting as long as it takes. Where that is not to be, a file is
  /// left with whole lines.
  func flush() throws(SystemError) {
    if let encoder, !buffer.isEmpty {
      encoded.removeAll()
      encoder.convert(buffer.view, to: &encoded)
      swap(&encoded, &buffer)
    }
    var written = 0
    while written < buffer.count {
      do throws(SystemError) {
        written += try Descriptor.writeSome(descriptor, buffer.view.slice(written))
      } catch {
        // In other encodings it is not known where lines end, and all of these are taken back.
        let end = encoder == nil ? buffer.view.head(written).lastIndex(of: separator) : nil
        let whole = end.map { $0 + 1 } ?? 0
        Descriptor.takeBack(written - whole, from: descriptor)
        buffer.removeAll()
        throw error
      }
    }
    if written > 0 { onWritten(buffer.view) }
    buffer.removeAll()
  }
}
