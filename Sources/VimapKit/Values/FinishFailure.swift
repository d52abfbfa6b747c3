/// What ends the process of a worker that could not clean up.
private struct FinishFailure: Error, CustomStringConvertible {
  let description: String
}

extension FramedTransport {
  /// What ends the process of a worker that could not clean up.
  @usableFromInline
  func finishFailure(_ error: any Error) -> any Error {
    FinishFailure(description: error.plainText)
  }
}
