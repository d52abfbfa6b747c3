import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Why a record has no output: the `out` of an exception tuple.
package struct RecordException {
  /// A further member of the exception.
  package enum Detail {
    /// A whole number.
    case number(Int)
    /// A time in seconds.
    case seconds(Double)
    /// A text, written as a JSON string.
    case text(String)
    /// True or false.
    case bool(Bool)
    /// Any JSON value, given as its text on one line, which is written as it is.
    case json(SharedBytes)
  }

  /// When a record may be tried again, if somebody has asked for a pause.
  package enum NextTry: Sendable, Equatable {
    /// When the pause is over.
    case afterPause
    /// As after any other failure, since another server can be asked.
    case elsewhere
    /// Never: the pause is too long to wait for.
    case never
  }

  /// A pause that somebody has asked for before another try.
  package struct Pause: Sendable, Equatable {
    /// How long from now the record must not be tried.
    package var delay: Nanoseconds
    /// The key that is paused for that long, such as a server.
    package var key: String?
    /// What the pause means for the record itself.
    package var nextTry = NextTry.afterPause

    /// A pause for a record and, if a key is given, for everything with this key.
    package init(delay: Nanoseconds, key: String? = nil) {
      self.delay = delay
      self.key = key
    }
  }

  /// The kind of failure, for programs.
  package let kind: Kind
  /// A number within the kind, such as an HTTP status, by which failures can be chosen. It is not
  /// written to the tuple by itself.
  package var code: Int?
  /// A plain sentence.
  package let message: String
  /// How many times the record was tried: a command had it, or a connection was attempted for it. A
  /// record that is refused for what it is counts no try.
  package var attempts: Int
  /// What the kind adds, by name, in the order of writing.
  package var details: [(name: String, value: Detail)]
  /// Whether an answer broke off, so that another try may give it whole. Not written to the tuple.
  package var isTorn = false
  /// Whether another try would fail in the same way. Not written to the tuple.
  package var isLasting = false
  /// Whether the worker may have sent the record on in this try. Not written to the tuple by
  /// itself.
  package var wasSent = true
  /// The pause that was asked for. Not written to the tuple.
  package var pause: Pause?

  /// An exception with its message.
  package init(
    _ kind: Kind, _ message: String, attempts: Int = 1,
    details: [(name: String, value: Detail)] = []
  ) {
    self.kind = kind
    self.message = message
    self.attempts = attempts
    self.details = details
  }

  /// A line that is not JSON.
  static func invalidJSON(_ problem: JSONProblem, file: String, line: Int) -> RecordException {
    RecordException(
      .invalidJSON, "\(file):\(line):\(problem.column): not JSON: \(problem.message)",
      attempts: 0, details: [("file", .text(file.plainText)), ("line", .number(line))])
  }

  /// The run was stopped before the record was tried, before it was tried again, or during a try.
  ///
  /// The detail `was_sent` says whether the record was on its way, so that the command or the
  /// server may have acted on it.
  /// - Parameters:
  ///   - attempts: how many times the record was tried, with the try that was stopped.
  ///   - wasBegun: whether it was being tried.
  ///   - wasSent: whether it may have reached the command or the server in any try; by default, the
  ///     same as `wasBegun`.
  package static func cancelled(
    attempts: Int, wasBegun: Bool, wasSent: Bool? = nil
  ) -> RecordException {
    let again = attempts > 0 ? " again" : ""
    return RecordException(
      .cancelled,
      wasBegun
        ? "the run was halted while the record was being tried"
        : "the run was halted before the record was tried\(again)", attempts: attempts,
      details: [("was_sent", .bool(wasSent ?? wasBegun))])
  }

  /// The answer of the record's command can't be told from the answers to other records.
  /// - Parameter attempts: how many times the record was tried.
  package static func unpaired(attempts: Int = 1) -> RecordException {
    RecordException(
      .unpaired,
      "the command's answers and records did not match up, so that none can be said to be this"
        + " one's", attempts: attempts)
  }

  /// The record and its output together are longer than a result can be.
  static func tooLongResult(attempts: Int) -> RecordException {
    RecordException(
      .invalidOutput, "the result would have 4 GiB or more", attempts: attempts)
  }

  /// What is written between the kind and the message.
  static let messageMember: StaticString = "\",\"message\":"

  /// Writes the exception as one line of JSON without its line feed.
  package func write(to buffer: inout ByteBuffer) { _ = put(into: &buffer) }

  /// As ``write(to:)``. Returns where its message is in what was written, as a JSON string, and
  /// where the last line of the command's text is, as a part of one.
  func put(into buffer: inout ByteBuffer) -> FailureMark {
    let start = buffer.count
    buffer.append("{\"kind\":\"")
    buffer.append(text: kind.rawValue)
    buffer.append(Self.messageMember)
    let place = buffer.count
    // The message may have names of files and programs in it.
    buffer.appendString(of: message.plainText)
    var mark = FailureMark(message: (place - start)..<(buffer.count - start))
    buffer.append(",\"attempts\":")
    buffer.append(decimal: attempts)
    for detail in details {
      let place = put(detail, into: &buffer)
      if detail.name == "traceback" || detail.name == "exception" {
        mark.exitMessage = buffer.view.slice(place, buffer.count - place).lastLineOfString
          .moved(by: place - start)
      }
    }
    buffer.append("}")
    return mark
  }

  /// - Returns: where its value begins.
  private func put(
    _ detail: (name: String, value: Detail), into buffer: inout ByteBuffer
  ) -> Int {
    buffer.append(",\"")
    buffer.append(text: detail.name)
    buffer.append("\":")
    let value = buffer.count
    detail.value.write(to: &buffer)
    return value
  }
}

extension RecordException.Detail {
  fileprivate func write(to buffer: inout ByteBuffer) {
    switch self {
    case .number(let number): buffer.append(decimal: number)
    case .seconds(let seconds): buffer.append(text: seconds.isFinite ? "\(seconds)" : "null")
    case .text(let text): buffer.appendString(of: text)
    case .bool(let value): buffer.append(value ? "true" : "false")
    case .json(let value): buffer.append(value.bytes)
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func appendString(of text: String) {
    var text = text
    text.withUTF8 { _ = appendString(of: ByteView(UnsafeRawBufferPointer($0))) }
  }
}

extension ByteView {
  /// For a JSON string, the range of the last line of its text that is not blank. For any other
  /// value, the whole range.
  var lastLineOfString: Range<Int> {
    guard count >= 2, self[0] == UInt8(ascii: "\"") else { return 0..<count }
    var found = 0..<0
    var line = 1..<1
    var place = 1
    while place < count - 1 {
      let byte = self[place]
      let escape = byte == UInt8(ascii: "\\") ? self[place + 1] : 0
      place += escape == 0 ? 1 : 2
      if escape == UInt8(ascii: "n") {
        line = place..<place
      } else if byte != 0x20, escape != UInt8(ascii: "r"), escape != UInt8(ascii: "t") {
        if line.isEmpty { line = (place - (escape == 0 ? 1 : 2))..<place }
        line = line.lowerBound..<place
        found = line
      }
    }
    return found
  }
}
