/// libcurl's verdict on a transfer (libcurl-errors(3)).
struct CurlCode: Equatable {
  let number: Int

  static let ok = CurlCode(number: 0)
  static let failedInit = CurlCode(number: 2)
  static let urlMalformed = CurlCode(number: 3)
  static let weirdServerReply = CurlCode(number: 8)
  static let http2 = CurlCode(number: 16)
  static let partialFile = CurlCode(number: 18)
  static let writeError = CurlCode(number: 23)
  static let outOfMemory = CurlCode(number: 27)
  static let operationTimedOut = CurlCode(number: 28)
  static let abortedByCallback = CurlCode(number: 42)
  static let badFunctionArgument = CurlCode(number: 43)
  static let gotNothing = CurlCode(number: 52)
  static let sendError = CurlCode(number: 55)
  static let receiveError = CurlCode(number: 56)
  static let badContentEncoding = CurlCode(number: 61)
  static let fileSizeExceeded = CurlCode(number: 63)
  static let http2Stream = CurlCode(number: 92)
  static let tooLarge = CurlCode(number: 100)

  /// Whether this error comes from a connection that the other side has closed, or is about to
  /// close. The last error in the list comes if it was closed while the request was being written.
  var isOfClosedConnection: Bool {
    [.gotNothing, .sendError, .receiveError, .http2, .http2Stream].contains(self)
  }

  /// Whether there was no connection to the server, or to a proxy: no address, nobody accepted it,
  /// or no agreement on TLS. A time limit has another code.
  var isRefusal: Bool { [5, 6, 7, 35, 60].contains(number) }

  /// Whether libcurl finds the request itself wrong: another scheme, or no URL. Usually it says so
  /// before it has done anything, but the fault may be in the target of a redirect.
  var isOfRequest: Bool { [1, 3, 4, 43].contains(number) }

  /// Whether another try would fail in the same way.
  /// - Parameter elsewhere: whether another try would go to another server.
  func isLasting(elsewhere: Bool) -> Bool {
    isOfRequest || Self.ofThisSide.contains(number)
      || !elsewhere && Self.ofServer.contains(number)
  }

  /// Faults of redirect targets, and of what libcurl was built with or given: a certificate,
  /// ciphers, an engine.
  private static let ofThisSide: Set<Int> = [42, 47, 48, 49, 53, 54, 58, 59, 66, 77, 82, 94]

  /// Faults of what a server identifies itself with: its certificate, issuer, key and status.
  private static let ofServer: Set<Int> = [60, 83, 90, 91, 98, 101]

  /// The constant's name in curl.h. libcurl has no function that returns it.
  var name: String {
    let names = Self.names
    return names.indices.contains(number) ? "CURLE_\(names[number])" : "CURLE_\(number)"
  }

  private static let names: [StaticString] = [
    "OK", "UNSUPPORTED_PROTOCOL", "FAILED_INIT", "URL_MALFORMAT", "NOT_BUILT_IN",
    "COULDNT_RESOLVE_PROXY", "COULDNT_RESOLVE_HOST", "COULDNT_CONNECT", "WEIRD_SERVER_REPLY",
    "REMOTE_ACCESS_DENIED", "FTP_ACCEPT_FAILED", "FTP_WEIRD_PASS_REPLY", "FTP_ACCEPT_TIMEOUT",
    "FTP_WEIRD_PASV_REPLY", "FTP_WEIRD_227_FORMAT", "FTP_CANT_GET_HOST", "HTTP2",
    "FTP_COULDNT_SET_TYPE", "PARTIAL_FILE", "FTP_COULDNT_RETR_FILE", "OBSOLETE20", "QUOTE_ERROR",
    "HTTP_RETURNED_ERROR", "WRITE_ERROR", "OBSOLETE24", "UPLOAD_FAILED", "READ_ERROR",
    "OUT_OF_MEMORY", "OPERATION_TIMEDOUT", "OBSOLETE29", "FTP_PORT_FAILED",
    "FTP_COULDNT_USE_REST", "OBSOLETE32", "RANGE_ERROR", "HTTP_POST_ERROR", "SSL_CONNECT_ERROR",
    "BAD_DOWNLOAD_RESUME", "FILE_COULDNT_READ_FILE", "LDAP_CANNOT_BIND", "LDAP_SEARCH_FAILED",
    "OBSOLETE40", "FUNCTION_NOT_FOUND", "ABORTED_BY_CALLBACK", "BAD_FUNCTION_ARGUMENT",
    "OBSOLETE44", "INTERFACE_FAILED", "OBSOLETE46", "TOO_MANY_REDIRECTS", "UNKNOWN_OPTION",
    "SETOPT_OPTION_SYNTAX", "OBSOLETE50", "OBSOLETE51", "GOT_NOTHING", "SSL_ENGINE_NOTFOUND",
    "SSL_ENGINE_SETFAILED", "SEND_ERROR", "RECV_ERROR", "OBSOLETE57", "SSL_CERTPROBLEM",
    "SSL_CIPHER", "PEER_FAILED_VERIFICATION", "BAD_CONTENT_ENCODING", "OBSOLETE62",
    "FILESIZE_EXCEEDED", "USE_SSL_FAILED", "SEND_FAIL_REWIND", "SSL_ENGINE_INITFAILED",
    "LOGIN_DENIED", "TFTP_NOTFOUND", "TFTP_PERM", "REMOTE_DISK_FULL", "TFTP_ILLEGAL",
    "TFTP_UNKNOWNID", "REMOTE_FILE_EXISTS", "TFTP_NOSUCHUSER", "OBSOLETE75", "OBSOLETE76",
    "SSL_CACERT_BADFILE", "REMOTE_FILE_NOT_FOUND", "SSH", "SSL_SHUTDOWN_FAILED", "AGAIN",
    "SSL_CRL_BADFILE", "SSL_ISSUER_ERROR", "FTP_PRET_FAILED", "RTSP_CSEQ_ERROR",
    "RTSP_SESSION_ERROR", "FTP_BAD_FILE_LIST", "CHUNK_FAILED", "NO_CONNECTION_AVAILABLE",
    "SSL_PINNEDPUBKEYNOTMATCH", "SSL_INVALIDCERTSTATUS", "HTTP2_STREAM", "RECURSIVE_API_CALL",
    "AUTH_ERROR", "HTTP3", "QUIC_CONNECT_ERROR", "PROXY", "SSL_CLIENTCERT",
    "UNRECOVERABLE_POLL", "TOO_LARGE", "ECH_REQUIRED",
  ]
}

/// libcurl does not do what it is asked to: it lacks memory, it was built without a feature, or an
/// argument is out of range.
struct CurlFailure: Error, CustomStringConvertible {
  let code: CurlCode
  let reason: String

  init(_ code: CurlCode, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  static var noHandle: CurlFailure { CurlFailure(.failedInit, "no handle can be had") }

  var description: String { "libcurl: \(reason)" }
}
