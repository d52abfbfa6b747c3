import VimapKit
import VimapSystem

/// Writes tuples to the output. If the format has no place for exceptions, they go elsewhere.
final class TupleTarget: ResultTarget {
  private let results: ResultSink
  private let exceptions: ResultSink
  private let carriesExceptions: Bool
  /// Whether writing failed for the exceptions, and not for the results.
  private(set) var hasLostExceptions = false
  /// Pieces without a byte, from formats that write nothing.
  private var empty: [ResultPiece] = []

  init(_ format: TupleFormat, results: ResultSink, exceptions: ResultSink) {
    self.results = results
    self.exceptions = exceptions
    carriesExceptions = format.carriesExceptions
  }

  func add(_ piece: ResultPiece) {
    if piece.bytes.isEmpty {
      empty.append(piece)
    } else if piece.kind == .exception, !carriesExceptions {
      exceptions.add(piece)
    } else {
      results.add(piece)
    }
  }

  func flush(_ done: (ResultPiece) -> Void) throws(SystemError) {
    empty.forEach(done)
    empty.removeAll(keepingCapacity: true)
    try results.flush(done)
    do throws(SystemError) {
      try exceptions.flush(done)
    } catch {
      hasLostExceptions = true
      throw error
    }
  }

  func discard() {
    results.discard()
    exceptions.discard()
  }

  var waiting: [CInt] {
    (results.isWaiting ? [results.watched] : [])
      + (exceptions.isWaiting ? [exceptions.watched] : [])
  }
}
