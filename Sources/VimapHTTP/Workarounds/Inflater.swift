internal import CZlib
import VimapBytes

/// Decompresses one stream, piece by piece.
///
/// libcurl could do that, but takes a stream that breaks off for a complete one
/// (``Workaround/brokenBodies``).
final class Inflater {
  enum Format {
    /// One or more members, one after the other (RFC 1952 section 2.2).
    case gzip
    /// A zlib stream (RFC 1950), or bare deflate (RFC 1951), which some servers send instead (RFC
    /// 9110 section 8.4.1.2).
    case deflate
  }

  enum Outcome: Equatable {
    /// The whole piece was taken in.
    case taken
    /// The decompressed bytes were not wanted.
    case unwanted
    /// The stream is broken, for this reason.
    case broken(String)
  }

  private let stream: UnsafeMutablePointer<z_stream>
  private let room: UnsafeMutableRawBufferPointer
  private var format = Format.gzip
  /// The first bytes, until there are enough to recognise the format.
  private var first = ByteBuffer(capacity: 64)
  private var hasStarted = false
  /// Whether the last bytes ended a stream.
  private var isAtEnd = false

  private static let roomSize = 32 << 10

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    room = .allocate(byteCount: Self.roomSize, alignment: 16)
  }

  deinit {
    // This does nothing if the stream was never started.
    inflateEnd(stream)
    stream.deallocate()
    room.deallocate()
  }

  /// Prepares for a new stream.
  func reset(_ format: Format) {
    self.format = format
    first.removeAll()
    hasStarted = false
    isAtEnd = false
  }

  /// Why the stream is not complete; `nil` if it is.
  var problem: String? { isAtEnd ? nil : "it breaks off" }

  /// Takes in the next piece of the stream.
  /// - Parameter take: is given the decompressed bytes; returns whether it wants more.
  func feed(_ piece: ByteView, _ take: (ByteView) -> Outcome) -> Outcome {
    if hasStarted { return run(piece, take) }
    first.append(piece)
    guard first.count >= 2 else { return .taken }
    start()
    return run(first.view, take)
  }

  ///   - Requires: two bytes in `first`.
  private func start() {
    let head = first.view
    // Adding 16 means gzip; a number below zero means bare deflate (zlib.h).
    let isBare =
      head[0] & 15 != 8 || (Int(head[0]) << 8 + Int(head[1])) % 31 != 0
    let bits = format == .gzip ? 15 + 16 : isBare ? -15 : 15
    hasStarted = true
    if stream.pointee.state == nil {
      _ = vimap_inflate_start(stream, CInt(bits))
    } else {
      inflateReset2(stream, CInt(bits))
    }
  }

  private func run(_ piece: ByteView, _ take: (ByteView) -> Outcome) -> Outcome {
    piece.withUnsafeBytes { bytes in
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(bytes.count)
      while true {
        if isAtEnd {
          if stream.pointee.avail_in == 0 { return .taken }
          guard format == .gzip else { return .broken("there are bytes behind its end") }
          isAtEnd = false
          inflateReset(stream)
        }
        stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        let status = inflate(stream, Z_NO_FLUSH)
        let made = room.count - Int(stream.pointee.avail_out)
        if made > 0, let start = room.baseAddress {
          let outcome = take(ByteView(start: start, count: made))
          guard outcome == .taken else { return outcome }
        }
        switch status {
        case Z_STREAM_END: isAtEnd = true
        case Z_OK where made == room.count || stream.pointee.avail_in > 0: continue
        // Z_BUF_ERROR means that there was nothing left to do.
        case Z_OK, Z_BUF_ERROR: return .taken
        default:
          return .broken(stream.pointee.msg.map { String(cString: $0) } ?? "zlib fails (\(status))")
        }
      }
    }
  }
}
