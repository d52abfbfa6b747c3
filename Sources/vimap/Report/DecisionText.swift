import VimapBytes
import VimapKit
import VimapRecords

extension PoolDecision {
  /// The decision in words.
  /// - Parameter place: describes where a record is.
  func text(_ place: (PoolStatus.Place) -> String) -> String {
    switch self {
    case .byteOrderMark(let file):
      "\(file.onOneLine(atMost: 100)): begins with a byte order mark, which is left out"
    case .workerStarted(let number): "worker \(number): started"
    case .workerEnded(let number, let asTold, let how, let pause):
      "worker \(number): \(how)" + (asTold ? ", as it was told to leave" : "")
        + (pause > .zero ? "; it is started again in \(pause.rounded) s" : "")
    case .batchSize(let size):
      "\(size) \(size == 1 ? "record is" : "records are") handed out at once from now on"
    case .retry(let record, let attempt, let pause):
      "record \(record.index)\(place(record)): try \(attempt) failed; tried again in"
        + " \(pause.rounded) s"
    case .pausedKey(let host, let pause):
      "\(host.onOneLine(atMost: 100)): left alone for \(pause.rounded) s, as it asks"
    case .worker(let number, let text): "worker \(number): \(text)"
    }
  }
}

extension Duration {
  /// The duration in seconds, with one decimal.
  var rounded: String {
    let tenths = Int(saturating: (min(max(0, seconds), 1e12) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
