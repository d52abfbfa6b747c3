import VimapBytes
import VimapKit
import VimapRecords

/// What an answer is, as the `out` beside a record.
enum AnswerValue {
  /// JSON on one line.
  case value(ByteView)
  /// What is wrong with it, as in "the command's answer …".
  case invalid(String)
}

extension ExecConfiguration {
  /// Whether each line is a JSON value that stands beside a record as it is.
  var takesLinesAsTheyAre: Bool {
    guard case .records = lines else { return false }
    return endMark == nil && match == nil
  }

  /// What an answer is: a value or a text, or a list of as many as it has lines.
  /// - Parameters:
  ///   - isRecord: whether it is the record's own bytes, which have been looked at before.
  ///   - encoded: where what has to be put together is kept.
  func value(
    of text: ByteView, isRecord: (ByteView) -> Bool, _ encoded: inout ByteBuffer, _ link: WorkerLink
  ) throws -> AnswerValue {
    if endMark != nil { return try list(of: text, &encoded, link) }
    if case .text = lines {
      encoded.removeAll()
      if !encoded.appendString(of: text) { try link.noteGapInAnswer() }
      return .value(encoded.view)
    }
    let value = text.trimmed()
    if isRecord(value) { return .value(value) }
    if let problem = link.problem(with: value) { return .invalid(problem.reason(of: text)) }
    return .value(value)
  }

  private func list(
    of text: ByteView, _ encoded: inout ByteBuffer, _ link: WorkerLink
  ) throws -> AnswerValue {
    encoded.removeAll()
    encoded.append("[")
    // One value may be spread over several lines.
    if lines == .records, !text.trimmed().isEmpty, link.problem(with: text.trimmed()) == nil {
      encoded.append(onOneLine: text.trimmed())
      encoded.append("]")
      return .value(encoded.view)
    }
    var rest = text
    var line = 0
    while let end = rest.firstIndex(of: 0x0A) {
      line += 1
      if line > 1 { encoded.append(",") }
      if case .text = lines {
        if !encoded.appendString(of: rest.head(end)) { try link.noteGapInAnswer() }
      } else {
        let value = rest.head(end).trimmed()
        if let problem = link.problem(with: value) {
          return .invalid("is not JSON in line \(line): \(problem.message)")
        }
        encoded.append(value)
      }
      rest = rest.slice(end + 1)
    }
    encoded.append("]")
    return .value(encoded.view)
  }
}
