import DequeModule
import VimapBytes
import VimapSystem

/// A result as it is handed out, its input still among those kept.
struct Taken<Output> {
  var outcome: Result<Output, WorkerError>
  /// `nil` for an error that no input is charged with.
  var kept: KeptInputs?
  var index = 0
}

/// Results on their way to whoever wants them, in the memory that the workers wrote them to. Each
/// is decoded when it is asked for.
final class ResultQueue<Output: Codable>: ResultTarget {
  private let codec = ValueCodec<Output>()
  private var pieces: Deque<ResultPiece> = []
  /// Pieces that are read to their end, and not yet let go of.
  private var read: [ResultPiece] = []

  /// The piece being read: its bytes, or a copy of them where values are cut from it.
  private var bytes = ByteView.empty
  private var block: SharedBytes?
  private var kept: KeptInputs?
  private var isException = false
  private var offset = 0
  private var index = 0
  private var count = 0

  func add(_ piece: ResultPiece) { pieces.append(piece) }

  func flush(_ done: (ResultPiece) -> Void) {
    for piece in read { done(piece) }
    read.removeAll(keepingCapacity: true)
  }

  func discard() {
    read += pieces
    pieces.removeAll()
    endPiece()
  }

  var waiting: [CInt] { [] }

  var isEmpty: Bool { index == count && pieces.isEmpty }

  /// Takes the next result.
  func next() -> Taken<Output>? {
    while index == count {
      guard beginPiece() else { return nil }
    }
    let body = Frame.body(in: bytes, at: offset)
    var taken = Taken<Output>(outcome: outcome(body), kept: kept, index: index)
    if kept == nil { taken.index = 0 }
    index += 1
    offset = body?.upperBound ?? bytes.count
    if index == count { endPiece() }
    return taken
  }

  private func outcome(_ body: Range<Int>?) -> Result<Output, WorkerError> {
    do {
      guard let body else {
        return .failure(WorkerError(.unreadableOutput, "the worker's answer is damaged"))
      }
      if isException { return .failure(try WorkerError(framed: bytes)) }
      if let block { return .success(try codec.decode(block, body.lowerBound, body.count)) }
      return .success(try codec.decode(bytes.slice(body.lowerBound, body.count)))
    } catch {
      return .failure(WorkerError(.unreadableOutput, error, record: nil, attempts: 1))
    }
  }

  private func beginPiece() -> Bool {
    guard let piece = pieces.first else { return false }
    kept = piece.inputs as? KeptInputs
    isException = piece.kind == .exception
    offset = 0
    index = piece.records.lowerBound
    count = piece.inputs == nil ? index + 1 : piece.records.upperBound
    bytes = piece.bytes
    if codec.keepsBytes, !isException {
      let copy = SharedBytes(copying: piece.bytes)
      block = copy
      bytes = copy.bytes
    }
    return true
  }

  private func endPiece() {
    if let piece = pieces.popFirst() { read.append(piece) }
    bytes = .empty
    block = nil
    kept = nil
    index = 0
    count = 0
  }
}
