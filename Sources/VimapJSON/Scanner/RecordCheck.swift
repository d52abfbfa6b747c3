internal import CJansson
public import VimapBytes

extension RecordScanner {
  /// Why `text` is no record; nil if it is one, that is, a JSON value. ``accepts(_:)`` decides or,
  /// if the scanner can't tell, jansson.
  ///
  /// Numbers of any size are valid, and so are half characters, since records are passed on as
  /// bytes.
  public func problem(with text: ByteView) -> JSONProblem? {
    if accepts(text) { return nil }
    return text.count > Self.longestWhole ? problem(withLong: text) : problem(withRefused: text)
  }

  /// The longest text that jansson is given whole.
  private static let longestWhole = 64 << 10

  /// As ``problem(with:)``, for a text that the scanner refuses, in memory of about the text's
  /// size.
  func problem(withLong text: ByteView) -> JSONProblem? {
    guard let excerpt = FaultExcerpt(of: text),
      let found = problem(withRefused: excerpt.text.view)
    else { return problem(withRefused: text) }
    return excerpt.problem(found, in: text)
  }

  /// jansson's verdict on a text that the scanner refuses.
  func problem(withRefused text: ByteView) -> JSONProblem? {
    do throws(JSONProblem) {
      // Large integers and half characters must not be reported in place of the real fault. So
      // integers are read as reals, and half characters are replaced.
      if let whole = text.withoutHalves() {
        json_decref(try decode(whole.view, flags: JSON_DECODE_INT_AS_REAL))
      } else {
        json_decref(try decode(text, flags: JSON_DECODE_INT_AS_REAL))
      }
      return nil
    } catch {
      return error
    }
  }
}
