import VimapBytes
import VimapSystem

/// The lines of a file or of another descriptor, read as they are asked for.
///
/// A block of the input is read at a time, and lines are parts of it; nothing is copied for a line
/// that does not go beyond its block. Blank lines are left out. A last line needs no line feed.
///
/// Reading can fail, so it is no `Sequence`: ``Pool/imap(reading:)`` takes its ``next()``.
public final class JSONLines {
  private let owner: OwnedDescriptor?
  private let descriptor: CInt
  private var block = SharedBytes()
  private var offset = 0
  private var isAtEnd = false

  private static let blockSize = 256 << 10

  /// - Throws: ``PoolError/system(call:reason:)`` where the file cannot be opened.
  public init(path: String) throws(PoolError) {
    do throws(SystemError) {
      let file = try Descriptor.open(reading: path)
      descriptor = file.number
      owner = consume file
    } catch {
      throw .system(call: "open \(path)", reason: "\(error.code)")
    }
  }

  /// - Parameter descriptor: open for reading, and lent as long as this is read from.
  public init(descriptor: CInt) {
    self.descriptor = descriptor
    owner = nil
  }

  /// The lines of a text.
  public init(_ text: String) {
    var buffer = ByteBuffer(capacity: text.utf8.count)
    buffer.append(text: text)
    block = SharedBytes(taking: buffer)
    descriptor = -1
    owner = nil
    isAtEnd = true
  }

  /// The next line; waits for it. `nil` at the end.
  /// - Throws: ``PoolError/system(call:reason:)`` where it cannot be read.
  public func next() throws(PoolError) -> JSONLine? {
    while true {
      let bytes = block.bytes
      if let end = bytes.firstIndex(of: 0x0A, from: offset) ?? (isAtEnd ? bytes.count : nil) {
        guard offset < bytes.count else { return nil }
        let line = JSONLine(block, offset, end - offset)
        offset = end + 1
        if !line.bytes.trimmed().isEmpty { return line }
        continue
      }
      try readBlock()
    }
  }

  /// Reads on into a new block, to which the line that is not whole moves.
  private func readBlock() throws(PoolError) {
    let rest = block.bytes.slice(offset)
    // Twice as much each time, so that a long line is not copied over and over.
    let room = max(Self.blockSize, rest.count)
    var buffer = ByteBuffer(capacity: rest.count + room)
    buffer.append(rest)
    do throws(SystemError) {
      // Waiting, as descriptors do: one that does not is of no use to a sequence.
      let count = try Descriptor.read(descriptor, into: &buffer, limit: room)
      if count == 0 { isAtEnd = true }
      if count == nil { throw SystemError(call: "read", code: .resourceTemporarilyUnavailable) }
    } catch {
      throw PoolError(error)
    }
    block = SharedBytes(taking: buffer)
    offset = 0
  }
}
