import VimapBytes
import VimapSystem

/// The line by which a command says that it is ready for its first record.
package struct ReadySign: Sendable, CustomStringConvertible {
  private enum Form: Sendable {
    case line(String)
    case pattern(LinePattern)
  }

  private let form: Form
  /// The text that it was made from.
  package let description: String

  /// - Parameter text: the line, white space around it left out; or, between slashes, an extended
  ///   regular expression (regex(7)) that is to be found in it.
  /// - Throws: what is wrong with the expression.
  package init(_ text: String) throws(LinePattern.Problem) {
    description = text
    if text.utf8.count > 2, text.hasPrefix("/"), text.hasSuffix("/") {
      form = .pattern(try LinePattern(String(text.dropFirst().dropLast())))
    } else {
      form = .line(text)
    }
  }

  func isLine(_ line: ByteView) -> Bool {
    switch form {
    case .line(let text):
      var expected = ByteBuffer()
      expected.append(system: text)
      return line.trimmed() == expected.view.trimmed()
    case .pattern(let pattern): return pattern.isFound(in: line.trimmed())
    }
  }
}
