import VimapBytes
import VimapKit
import VimapSystem

/// Writes the input lines whose records became exceptions, as they were read and in the encoding of
/// the input, so that they can be fed again.
package final class FailedLines {
  private let descriptor: CInt
  private let separator: UInt8
  private var buffer = ByteBuffer()
  /// Lines that came while a line that is too long to hold was passed through.
  private var held = ByteBuffer()
  private var isPassing = false
  /// The bytes written of that long line.
  private var passed = 0
  /// Converts lines back to the encoding of the input, if that is not UTF-8.
  private let encoder: TextConverter?
  private var encoded = ByteBuffer()
  /// Told of what has been written.
  var onWritten: (ByteView) -> Void = { _ in }

  /// - Parameters:
  ///   - descriptor: lent; the caller closes it.
  ///   - separator: the byte that ends a line.
  ///   - encoding: the encoding of the input, if it is not UTF-8.
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

  /// Passes on a piece of a line; `nil` is the end of the line.
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

  /// Writes everything. If the run was stopped in the middle of a long line, the line is no record.
  /// It is taken back if that is possible, as it is in a file.
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

  /// Writes what has been added, waiting if needed. If writing fails, the file is left with whole
  /// lines.
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
        // In other encodings it is not known where lines end, so all that was written is taken
        // back.
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
