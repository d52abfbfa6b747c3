import VimapBytes

/// Where in an exception's tuple the words are that it is summed up by, so that failures can be
/// counted without reading results.
package struct FailureMark: Equatable {
  /// Where its message is in the tuple, as a JSON string.
  package var message: Range<Int>
  /// Where the last line is of what the command said, as a part of a JSON string; empty where there
  /// is none.
  package var exitMessage = 0..<0

  package init(
    message: Range<Int>, exitMessage: Range<Int> = 0..<0
  ) {
    self.message = message
    self.exitMessage = exitMessage
  }

  /// The same where the exception stands further on.
  package func moved(by offset: Int) -> FailureMark {
    FailureMark(message: message.moved(by: offset), exitMessage: exitMessage.moved(by: offset))
  }
}

extension Range<Int> {
  /// As it is where what it is in stands further on; an empty range stays as it is.
  package func moved(by offset: Int) -> Range<Int> {
    isEmpty ? self : (lowerBound + offset)..<(upperBound + offset)
  }
}

/// An exception that is written by the parent.
package struct ExceptionTuple {
  package var bytes: SharedBytes
  /// `nil` where it is none of a record's kinds.
  var mark: FailureMark?

  package init(
    bytes: SharedBytes, mark: FailureMark? = nil
  ) {
    self.bytes = bytes
    self.mark = mark
  }
}
