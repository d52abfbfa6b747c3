internal import CJansson
public import VimapBytes

extension RecordScanner {
  /// What keeps `text` from being a record, or nil where it is one: a JSON value, as
  /// ``accepts(_:)`` has it, and where the scanner can't tell, as jansson has it.
  ///
  /// Numbers of any size are valid, and so are halves of characters, since records pass through as
  /// bytes.
  public func problem(with text: ByteView) -> JSONProblem? {
    if accepts(text) { return nil }
    return text.count > Self.longestWhole ? problem(withLong: text) : problem(withRefused: text)
  }

  /// jansson is given the whole of texts that are no longer.
  private static let longestWhole = 64 << 10

  /// As ``problem(with:)``, of what the scanner refuses, in memory of about its size.
  func problem(withLong text: ByteView) -> JSONProblem? {
    guard let excerpt = FaultExcerpt(of: text),
      let found = problem(withRefused: excerpt.text.view)
    else { return problem(withRefused: text) }
    return excerpt.problem(found, in: text)
  }

  /// jansson's word on what the scanner refuses.
  func problem(withRefused text: ByteView) -> JSONProblem? {
    do throws(JSONProblem) {
      // Integers as reals, and no halves, lest one of them be blamed for what is wrong elsewhere.
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
