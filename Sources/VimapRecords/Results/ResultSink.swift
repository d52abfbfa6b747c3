import DequeModule
import SystemPackage
import VimapBytes
import VimapKit
import VimapSystem

/// Where results are written: one descriptor, one writer, whole lines.
///
/// A pipe or a terminal may make a writer wait. It is opened a second time with flags of its own
/// that make it never wait. The flags of the original descriptor stay as they are, since other
/// programs share them. A socket can't be opened again, but each write can say that it must not
/// wait. If nothing of this is possible, little is written at a time, and only when there is room.
package final class ResultSink {
  private let descriptor: CInt
  /// Keeps the second descriptor open.
  private var reopened: OwnedDescriptor?
  /// How to write to the descriptor.
  private let manner: Manner
  private var queue: Deque<ResultPiece> = []
  /// The bytes that have been written.
  private(set) var bytesWritten = 0
  /// How much of the first piece has been written.
  private var written = 0

  private enum Manner {
    /// A write never waits, or only as long as a disk takes.
    case plain
    case socket
    /// A write waits if it is larger than the room that there is.
    case careful
    case shared(any SharedOutput)
  }

  /// The most that is copied to a shared output at a time.
  private static let sharedLength = 64 << 10
  /// The room that a pipe has if poll(2) says that it can be written to (PIPE_BUF).
  private static let carefulLength = 4096

  /// - Parameter descriptor: lent; the caller closes it.
  package init(descriptor: CInt) throws(SystemError) {
    let kind = try Descriptor.facts(descriptor).kind
    let mayWait = kind == .pipe || kind == .terminal
    if mayWait, let second = Descriptor.reopenNonblocking(writing: descriptor) {
      self.descriptor = second.number
      reopened = consume second
      manner = .plain
    } else {
      self.descriptor = descriptor
      reopened = nil
      manner = kind == .socket ? .socket : mayWait ? .careful : .plain
    }
    if kind == .pipe { Descriptor.growPipe(descriptor, to: 1 << 20) }
  }

  /// Results go to an output that is shared with other things.
  package init(_ output: any SharedOutput) {
    descriptor = output.descriptor
    reopened = nil
    manner = .shared(output)
  }

  /// Whether results go to an output that is shared with other things.
  package var isShared: Bool {
    if case .shared = manner { true } else { false }
  }

  /// The descriptor to watch for room while ``isWaiting``.
  var watched: CInt { descriptor }
  /// Whether there are results that the descriptor has not taken.
  var isWaiting: Bool {
    if case .shared(let output) = manner, output.isWaiting { return true }
    return !queue.isEmpty
  }

  /// Bytes that are not out.
  private(set) var pending = 0

  func add(_ piece: ResultPiece) {
    queue.append(piece)
    pending += piece.bytes.count
  }

  /// Writes as much as the descriptor takes. Calls `done` for every piece that is written.
  func flush(_ done: (ResultPiece) -> Void) throws(SystemError) {
    while let first = queue.first {
      let span = contiguousBytes(from: first)
      let count: Int
      do throws(SystemError) {
        guard let taken = try write(span.slice(written)) else { return }
        count = taken
      } catch {
        takeBackTornLine(span.head(written))
        throw error
      }
      written += count
      bytesWritten += count
      pending -= count
      while let piece = queue.first, written >= piece.bytes.count {
        written -= piece.bytes.count
        queue.removeFirst()
        done(piece)
      }
    }
    if case .shared(let output) = manner { try output.flush() }
  }

  /// Writes once. Returns how many bytes were taken, or `nil` if the write would have to wait.
  private func write(_ bytes: ByteView) throws(SystemError) -> Int? {
    switch manner {
    case .plain: return try Descriptor.write(descriptor, bytes)
    case .socket: return try Descriptor.sendWithoutWaiting(descriptor, bytes)
    case .careful:
      guard try Descriptor.isReady(.writable, descriptor) else { return nil }
      return try Descriptor.write(descriptor, bytes.head(Self.carefulLength))
    case .shared(let output):
      if output.isWaiting { try output.flush() }
      if output.isWaiting { return nil }
      let part = bytes.head(Self.sharedLength)
      output.add(part)
      return part.count
    }
  }

  /// If a full disk took only a part of a line, takes that part back, so that the file has whole
  /// lines.
  private func takeBackTornLine(_ written: ByteView) {
    let whole = written.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let torn = written.count - whole
    if Descriptor.takeBack(torn, from: descriptor) { bytesWritten -= torn }
  }

  /// Drops what has not been written.
  func discard() {
    queue.removeAll()
    written = 0
    pending = 0
  }

  /// The first piece together with the pieces that follow it in memory, so that a single write
  /// takes them all.
  private func contiguousBytes(from first: ResultPiece) -> ByteView {
    var bytes = first.bytes
    for piece in queue.dropFirst() {
      guard let longer = bytes.joined(with: piece.bytes) else { break }
      bytes = longer
    }
    return bytes
  }
}
