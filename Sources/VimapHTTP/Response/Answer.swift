import VimapBytes
import VimapSystem

/// An answer as it comes in. Its memory is used again for the next answer.
final class Answer {
  enum Part: Equatable {
    case head, body
    /// The body in the encoded form in which it came.
    case coded
    /// All header lines together, with those of interim answers and trailers.
    case lines
  }

  /// The header lines as they came, each with its line end, without the status line, interim
  /// answers (RFC 9110 section 15.2) and trailers.
  private(set) var head = ByteBuffer(capacity: 1024)
  private(set) var body = ByteBuffer(capacity: 4096)
  /// The part that was cut off, since it was too long.
  private(set) var cutOff: Part?
  private(set) var headIsComplete = false
  /// Whether something has come since the request was last sent.
  private(set) var hasCome = false

  /// Whether it was still being decoded when the time was up.
  private(set) var isOverdue = false

  private let longestHead: Int
  private let longestLines: Int
  private let longestBody: Int
  /// Bytes of header lines since the request was last sent.
  private var lineBytes = 0
  /// When the request's time is up. libcurl itself checks that only between pieces.
  private var deadline: Nanoseconds?
  /// Decodes bodies, if codings were asked for.
  private let decoder: ContentDecoder?
  private var coding = Coding.unknown

  /// Whether the current body has to be decoded.
  private enum Coding { case unknown, plain, encoded }

  init(
    longestHead: Int, longestLines: Int = .max, longestBody: Int, isCompressed: Bool = false
  ) {
    self.longestHead = longestHead
    self.longestLines = longestLines
    self.longestBody = longestBody
    decoder = isCompressed ? ContentDecoder() : nil
  }

  /// Clears the answer. If its body was unusually large, its memory is released.
  func clear() {
    if body.count > 1 << 20 { body = ByteBuffer(capacity: 4096) }
    body.removeAll()
    head.removeAll()
    cutOff = nil
    headIsComplete = false
    hasCome = false
    isOverdue = false
    lineBytes = 0
    deadline = nil
    coding = .unknown
  }

  /// Starts the request's time.
  func begin(until deadline: Nanoseconds) { self.deadline = deadline }

  /// Prepares for a request that is about to be sent, maybe again.
  func expectAnother() {
    hasCome = false
    lineBytes = 0
  }

  /// Takes a header line. Returns `false` if there have been too many.
  func takeHeaderLine(_ line: ByteView) -> Bool {
    hasCome = true
    lineBytes = lineBytes.plus(line.count)
    guard lineBytes <= longestLines else {
      cutOff = .lines
      return false
    }
    if line.isStatusLine, headIsComplete || head.isEmpty {
      head.removeAll()
      headIsComplete = false
    } else if line.isLineEnd {
      headIsComplete = true
    } else if !headIsComplete {
      guard head.count + line.count <= longestHead else {
        cutOff = .head
        return false
      }
      head.append(line)
    }
    return true
  }

  /// Takes a piece of the body. Returns `false` if the body is too long, or can't be decoded.
  func takeBody(_ piece: ByteView) -> Bool {
    guard let decoder else { return keep(piece) }
    if coding == .unknown {
      coding = decoder.begin(head.view, longestBody: longestBody) ? .encoded : .plain
    }
    guard coding == .encoded else { return keep(piece) }
    let isTaken = decoder.feed(piece, while: isInTime, keep)
    if decoder.isTooMuch, cutOff == nil { cutOff = .coded }
    return isTaken
  }

  private func isInTime() -> Bool {
    if let deadline, deadline <= Clock.now() { isOverdue = true }
    return !isOverdue
  }

  /// Checks the body as a whole when all of it has come.
  func finishBody() { if coding == .encoded { decoder?.finish() } }

  /// Why the body can't be decoded; `nil` if it can.
  var codingProblem: String? { coding == .encoded ? decoder?.problem : nil }

  private func keep(_ piece: ByteView) -> Bool {
    let room = longestBody - body.count
    body.append(piece.head(room))
    if piece.count <= room { return true }
    cutOff = .body
    return false
  }
}

extension ByteView {
  fileprivate var isStatusLine: Bool { count >= 5 && head(5) == ByteView("HTTP/") }

  fileprivate var isLineEnd: Bool {
    count <= 2 && (isEmpty || self[0] == UInt8(ascii: "\r") || self[0] == UInt8(ascii: "\n"))
  }
}
