import VimapBytes

/// The places in an exception's tuple of the words that sum it up. With them, failures are counted
/// without parsing results.
package struct FailureMark: Equatable {
  /// The place of its message, which is a JSON string.
  package var message: Range<Int>
  /// The place of the last line that the command printed, which is a part of a JSON string. Empty
  /// if there is no such line.
  package var exitMessage = 0..<0

  package init(
    message: Range<Int>, exitMessage: Range<Int> = 0..<0
  ) {
    self.message = message
    self.exitMessage = exitMessage
  }

  /// The mark for the same tuple, moved further on by `offset`.
  package func moved(by offset: Int) -> FailureMark {
    FailureMark(message: message.moved(by: offset), exitMessage: exitMessage.moved(by: offset))
  }
}

extension Range<Int> {
  /// The range moved by `offset`. An empty range stays as it is.
  package func moved(by offset: Int) -> Range<Int> {
    isEmpty ? self : (lowerBound + offset)..<(upperBound + offset)
  }
}

/// An exception written by the parent.
package struct ExceptionTuple {
  package var bytes: SharedBytes
  /// `nil` if it is not counted by its words.
  var mark: FailureMark?

  package init(
    bytes: SharedBytes, mark: FailureMark? = nil
  ) {
    self.bytes = bytes
    self.mark = mark
  }
}
