import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Why a record has no output: the `out` of an exception tuple.
package struct RecordException {
  /// A further member of the exception: a number, a text, or any JSON.
  package enum Detail {
    /// A whole number.
    case number(Int)
    /// A time in seconds.
    case seconds(Double)
    /// A text, written as a JSON string.
    case text(String)
    /// True or false.
    case bool(Bool)
    /// Any value, given as its text on one line, which stands as it is.
    case json(SharedBytes)
  }

  /// When a record may be tried again, where somebody has asked for time.
  package enum NextTry: Sendable, Equatable {
    /// When the time is over.
    case afterPause
    /// As after any other failure, since somebody else can be asked.
    case elsewhere
    /// Not at all: nobody waits for so long.
    case never
  }

  /// When another try may be made, where somebody has asked for time.
  package struct Pause: Sendable, Equatable {
    /// How long from now the record is not to be tried again.
    package var delay: Nanoseconds
    /// What all is to be left alone for that long that has it in common, as a server.
    package var key: String?
    /// What it means for the record itself.
    package var nextTry = NextTry.afterPause

    /// A pause for a record, and for all that has a key, where one is given.
    package init(delay: Nanoseconds, key: String? = nil) {
      self.delay = delay
      self.key = key
    }
  }

  /// What went wrong, for programs.
  package let kind: Kind
  /// A number within the kind, as the status of an answer, for those who choose by it; no part of
  /// the tuple by itself.
  package var code: Int?
  /// One plain sentence.
  package let message: String
  /// Times the record was tried: a command had it, or a connection was sought for it. What can't be
  /// tried at all, as it is refused for what it is, adds nothing.
  package var attempts: Int
  /// What the kind adds, by name, in the order in which it is written.
  package var details: [(name: String, value: Detail)]
  /// Whether it is about an answer that broke off, so that another try may give it whole; no part
  /// of the tuple.
  package var isTorn = false
  /// Whether another try would come to the same; no part of the tuple.
  package var isLasting = false
  /// Whether the worker may have passed the record on in this try; no part of the tuple by itself.
  package var wasSent = true
  /// What was asked for before the next try; no part of the tuple.
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

  /// The run was stopped before the record was tried, or tried again, or in the middle of a try.
  ///
  /// The detail `was_sent` says whether the record was on its way, so that the command or the
  /// server may have done something about it.
  /// - Parameters:
  ///   - attempts: how often the record was tried, that one included.
  ///   - wasBegun: it was being tried.
  ///   - wasSent: in this try or one before, it may have got to the command or the server; without
  ///     it, as `wasBegun`.
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

  /// The answer of the record's command can't be told from those to other records.
  /// - Parameter attempts: how often the record was tried.
  package static func unpaired(attempts: Int = 1) -> RecordException {
    RecordException(
      .unpaired,
      "the command's answers and records did not match up, so that none can be said to be this"
        + " one's", attempts: attempts)
  }

  /// The record and its output are together longer than a result can be.
  static func tooLongResult(attempts: Int) -> RecordException {
    RecordException(
      .invalidOutput, "the result would have 4 GiB or more", attempts: attempts)
  }

  /// What stands between the kind and the message.
  static let messageMember: StaticString = "\",\"message\":"

  /// Writes the exception as one line of JSON without its line feed.
  package func write(to buffer: inout ByteBuffer) { _ = put(into: &buffer) }

  /// As ``write(to:)``; returns where its message is in what it has written, as a JSON string, and
  /// where the last words of what failed are, as a part of one.
  func put(into buffer: inout ByteBuffer) -> FailureMark {
    let start = buffer.count
    buffer.append("{\"kind\":\"")
    buffer.append(text: kind.rawValue)
    buffer.append(Self.messageMember)
    let place = buffer.count
    // Names of files and programs may stand in it.
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
  /// Where the last line is that has something in it, of the text that these bytes are as a JSON
  /// string; of another value, all of it.
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
