import VimapKit
import VimapSystem

/// Writes tuples to the output, and exceptions elsewhere where the format has no place for them.
final class TupleTarget: ResultTarget {
  private let results: ResultSink
  private let exceptions: ResultSink
  private let carriesExceptions: Bool
  /// It was not the results that could not be written, but the exceptions beside them.
  private(set) var hasLostExceptions = false
  /// Pieces without a byte, for formats that write nothing.
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
