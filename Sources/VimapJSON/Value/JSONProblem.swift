internal import CJansson
import VimapBytes

/// Why a text could not be read as JSON, or a value not be written, in jansson's words.
public struct JSONProblem: Error, Sendable, Equatable {
  public let message: String

  /// The line of the text, from 1; 0 if the problem is not about a text.
  public let line: Int

  /// How many characters of that line had been read when the problem was noticed.
  public let column: Int

  /// How many bytes of the text had been read when the problem was noticed.
  public let position: Int

  public init(message: String, line: Int = 0, column: Int = 0, position: Int = 0) {
    self.message = message
    self.line = line
    self.column = column
    self.position = position
  }

  /// jansson could not get memory.
  public static var outOfMemory: JSONProblem { JSONProblem(message: "out of memory") }
}

extension JSONProblem: CustomStringConvertible {
  public var description: String {
    line > 0 ? "\(message) (line \(line), column \(column))" : message
  }
}

extension JSONProblem {
  /// jansson's problem with a text that it refused.
  init(_ error: json_error_t) {
    let message = withUnsafeBytes(of: error.text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    // jansson gives no message if it couldn't get memory.
    self =
      message.isEmpty
      ? .outOfMemory
      : JSONProblem(
        message: message, line: max(Int(error.line), 0), column: max(Int(error.column), 0),
        position: max(Int(error.position), 0))
  }

  /// `message`, about the byte at `index` of `text`.
  init(message: String, at index: Int, of text: ByteView) {
    var line = 1
    var column = 0
    for place in 0...index {
      if text[place] == UInt8(ascii: "\n") {
        line += 1
        column = 0
      } else if text[place] & 0xC0 != 0x80 {  // the first byte of a character
        column += 1
      }
    }
    self.init(message: message, line: line, column: column, position: index + 1)
  }
}
