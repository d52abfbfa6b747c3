internal import CCurl

/// Answers that come before the request is all sent, as `413` does where a body is too large.
///
/// A server may then end the stream, or the connection (RFC 9113 section 8.1, RFC 9112 section
/// 9.6). libcurl fails to send the rest, and says that instead, or waits for leave to send it until
/// time is up (``Workaround/earlyAnswers``). But the answer is there.
extension EasyHandle {
  /// What the transfer came to that libcurl has ended with `code`: `.ok` where there is an answer
  /// to be taken nevertheless.
  func verdict(despite code: CurlCode) -> CurlCode {
    if answer.isOverdue { return .operationTimedOut }
    guard Workaround.earlyAnswers.isNeeded, code.mayBeOfEarlyAnswer, status >= 200,
      answer.hasCome, answer.headIsComplete
    else { return code }
    return hasWholeAnswer || isRefused(code) ? .ok : code
  }

  /// Whether the request is to share no connection (``Workaround/sharedUploads``), as its body is
  /// longer than what is sent of it at once. Where all go to one URL, and the last answer came over
  /// HTTP/1, the next will.
  var needsOwnConnection: Bool {
    bodySize > Self.firstWindow && configuration.mayUseStreams && Workaround.sharedUploads.isNeeded
      && !(goesToOneHost && lastVersion > 0 && lastVersion < Int(CURL_HTTP_VERSION_2_0))
  }

  /// Bytes that a stream of HTTP/2 takes before the server has said that it takes more (RFC 9113
  /// section 6.9.2).
  private static let firstWindow = 65_535

  private var hasWholeAnswer: Bool {
    curl.offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) == curl.offset(CURLINFO_SIZE_DOWNLOAD_T)
  }

  /// Whether the status is one that says it all, however much of the body is there.
  private func isRefused(_ code: CurlCode) -> Bool {
    guard status >= 400, !configuration.accepted.contains(status) else { return false }
    // Without an end of its own, an answer may only be slow.
    return code != .operationTimedOut || curl.offset(CURLINFO_SIZE_UPLOAD_T) < bodySize
  }
}

extension CurlCode {
  fileprivate var mayBeOfEarlyAnswer: Bool {
    [.http2Stream, .sendError, .operationTimedOut].contains(self)
  }
}
