import VimapBytes
import VimapKit
import VimapSystem

/// Reads an input that is not in UTF-8 as if it were: the bytes are converted before lines are cut
/// from them.
final class InputDecoder {
  private let converter: TextConverter
  private var bytes = ByteBuffer()
  /// Text that is converted and not taken yet.
  private var text = ByteBuffer()
  /// The bytes of input that were read.
  private(set) var bytesRead = 0
  private var isAtStart = true
  private var isAtEnd = false

  private static let pieceSize = 64 << 10

  init(_ encoding: TextEncoding, separator: UInt8) throws(SystemError) {
    converter = try encoding.decoder(endOfLine: separator)
  }

  /// The number of lines with bytes that are not text.
  var linesWithGaps: Int { converter.linesWithGaps }

  /// Whether something can be taken without reading.
  var hasText: Bool { !text.isEmpty || isAtEnd }

  /// The bytes of text that are not taken yet.
  var textLeft: Int { text.count }

  /// As ``SharedMemory/read(from:to:limit:)``. Also returns `nil` if what was read makes no whole
  /// character.
  /// - Parameter readBytes: reads once onto the end of a buffer; as `Descriptor.read`.
  func read(
    to memory: SharedMemory, at start: Int, limit: Int,
    _ readBytes: (inout ByteBuffer, Int) throws(SystemError) -> Int?
  ) throws(SystemError) -> Int? {
    if text.isEmpty, !isAtEnd {
      bytes.removeAll()
      guard let count = try readBytes(&bytes, Self.pieceSize) else { return nil }
      bytesRead += count
      isAtEnd = count == 0
      if isAtEnd { converter.finish(&text) } else { converter.convert(bytes.view, to: &text) }
      dropMark()
      if text.isEmpty, !isAtEnd { return nil }
    }
    let piece = text.view.head(limit)
    memory.copy(piece, to: start)
    let count = piece.count
    text.removeFirst(count)
    return count
  }

  /// Drops a byte order mark, which is not part of the text.
  private func dropMark() {
    guard isAtStart, !text.isEmpty else { return }
    isAtStart = false
    if text.view.head(3) == ByteView("\u{FEFF}") { text.removeFirst(3) }
  }
}
