internal import CCurl

/// Answers that come before the whole request is sent, such as `413` for a body that is too large.
///
/// After such an answer, a server may end the stream or the connection (RFC 9113 section 8.1, RFC
/// 9112 section 9.6). libcurl then fails to send the rest and reports that, or waits for permission
/// to send it until time is up (``Workaround/earlyAnswers``). But the answer is there.
extension EasyHandle {
  /// The outcome of a transfer that libcurl has ended with `code`. It is `.ok` if there is an
  /// answer that can be taken all the same.
  func verdict(despite code: CurlCode) -> CurlCode {
    if answer.isOverdue { return .operationTimedOut }
    guard Workaround.earlyAnswers.isNeeded, code.mayBeOfEarlyAnswer, status >= 200,
      answer.hasCome, answer.headIsComplete
    else { return code }
    return hasWholeAnswer || isRefused(code) ? .ok : code
  }

  /// Whether the request must not share a connection (``Workaround/sharedUploads``), since its body
  /// is longer than what is sent at once. If all requests go to one URL, and the last answer came
  /// over HTTP/1, the next one will too.
  var needsOwnConnection: Bool {
    bodySize > Self.firstWindow && configuration.mayUseStreams && Workaround.sharedUploads.isNeeded
      && !(goesToOneHost && lastVersion > 0 && lastVersion < Int(CURL_HTTP_VERSION_2_0))
  }

  /// The bytes that an HTTP/2 stream accepts before the server has allowed more (RFC 9113 section
  /// 6.9.2).
  private static let firstWindow = 65_535

  private var hasWholeAnswer: Bool {
    curl.offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) == curl.offset(CURLINFO_SIZE_DOWNLOAD_T)
  }

  /// Whether the status says enough, however much of the body is there.
  private func isRefused(_ code: CurlCode) -> Bool {
    guard status >= 400, !configuration.accepted.contains(status) else { return false }
    // An answer that has not ended may only be slow.
    return code != .operationTimedOut || curl.offset(CURLINFO_SIZE_UPLOAD_T) < bodySize
  }
}

extension CurlCode {
  fileprivate var mayBeOfEarlyAnswer: Bool {
    [.http2Stream, .sendError, .operationTimedOut].contains(self)
  }
}
