import DequeModule
import SystemPackage
import VimapBytes
import VimapKit
import VimapSystem

/// Where results are written: one descriptor, one writer, whole lines.
///
/// A descriptor that may make a writer wait — a pipe, a terminal — is opened a second time so that
/// it does not: the flags of the one that was handed over are shared with other programs and stay
/// as they are. A socket, which can't be opened, can be told with each write not to wait. Where
/// nothing of this is possible, little is written at a time, and only once there is room.
package final class ResultSink {
  private let descriptor: CInt
  /// Keeps the second opening.
  private var reopened: OwnedDescriptor?
  /// How it is written to.
  private let manner: Manner
  private var queue: Deque<ResultPiece> = []
  /// Bytes that are out.
  private(set) var bytesWritten = 0
  /// How much of the first piece is out.
  private var written = 0

  private enum Manner {
    /// It never waits, or only as long as a disk takes.
    case plain
    case socket
    /// A write of more than there is room for would wait.
    case careful
    case shared(any SharedOutput)
  }

  /// As much is copied to a shared output at a time.
  private static let sharedLength = 64 << 10
  /// Bytes that a pipe has room for where poll(2) says that it can be written to (PIPE_BUF).
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

  /// Results go where other things go as well.
  package init(_ output: any SharedOutput) {
    descriptor = output.descriptor
    reopened = nil
    manner = .shared(output)
  }

  /// Whether results go where other things go as well.
  package var isShared: Bool {
    if case .shared = manner { true } else { false }
  }

  /// To be watched for room while ``isWaiting``.
  var watched: CInt { descriptor }
  /// There is something to write that the descriptor did not take.
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

  /// Writes as much as the descriptor takes, and hands every piece that is out to `done`.
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

  /// Writes once; the number of bytes taken, or `nil` where it would have to wait.
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

  /// A disk that is full took a part of a line: a file is left with whole lines.
  private func takeBackTornLine(_ written: ByteView) {
    let whole = written.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let torn = written.count - whole
    if Descriptor.takeBack(torn, from: descriptor) { bytesWritten -= torn }
  }

  /// Gives up what has not been written.
  func discard() {
    queue.removeAll()
    written = 0
    pending = 0
  }

  /// The first piece together with those that follow it in memory, so that they go out in one
  /// write.
  private func contiguousBytes(from first: ResultPiece) -> ByteView {
    var bytes = first.bytes
    for piece in queue.dropFirst() {
      guard let longer = bytes.joined(with: piece.bytes) else { break }
      bytes = longer
    }
    return bytes
  }
}
