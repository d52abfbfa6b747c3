import VimapKit
import VimapSystem

/// Writes tuples to the output. If the format has no place for exceptions, they go elsewhere.
final class TupleTarget: ResultTarget {
  private let results: ResultSink
  private let exceptions: ResultSink
  private let carriesExceptions: Bool
  /// Whether writing failed for the exceptions, and not for the results.
  private(set) var hasLostExceptions = false
  /// Is told of what is out.
  var log: RunLog?
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
    guard let log else { return try write(done, done) }
    try log.announce(output: results.pending)
    // What is out is out, also where something else could not be written.
    let written = Result { () throws(SystemError) in
      try write(
        { piece in
          log.noteOut(piece, isInOutput: true)
          done(piece)
        },
        { piece in
          log.noteOut(piece, isInOutput: false)
          done(piece)
        })
    }
    try log.commit()
    try written.get()
  }

  private func write(
    _ done: (ResultPiece) -> Void, _ doneBeside: (ResultPiece) -> Void
  ) throws(SystemError) {
    if !empty.isEmpty {
      empty.forEach(doneBeside)
      empty.removeAll(keepingCapacity: true)
    }
    try results.flush(done)
    do throws(SystemError) {
      try exceptions.flush(doneBeside)
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
