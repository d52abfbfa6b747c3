/// What is done here because libcurl does something wrong, or does not report it.
///
/// Each workaround is used only with the versions that need it, and a test shows that these do. The
/// code is beside this file. The list must be checked with each new libcurl. It was checked with
/// 7.88.1 and 8.14.1, those of Debian 12 and 13.
enum Workaround: CaseIterable {
  /// If something has come on a kept connection of HTTP/1, the connection is not used again.
  /// Otherwise what has come would be taken for the next answer (curl#10646). See ``SocketWatch``.
  case surplusAnswers
  /// If a kept connection turns out to be dead, libcurl sends the request again, whatever its
  /// method is, and that can't be turned off (curl#18417 asks for it). See `EasyHandle+Repeats` and
  /// ``KeepAliveTrust``.
  case repeats
  /// Which requests a server has left out by GOAWAY is written only in texts for people, so these
  /// are read (curl#12054 is about what libcurl does with it). See ``StreamNotes``.
  case leftOutRequests
  /// If an answer comes before the whole request is sent, libcurl loses it when sending fails, or
  /// waits for the time limit (curl#10433, curl#11165, curl#15316, curl#22984). See
  /// `EasyHandle+EarlyAnswers`.
  case earlyAnswers
  /// Over an HTTP/2 connection with other requests, such an answer may be lost without a trace
  /// (curl#11165). So a request that takes long to send has its own connection. See
  /// `EasyHandle+EarlyAnswers`.
  case sharedUploads
  /// A compressed body that breaks off is taken for a complete one, and of several members only the
  /// first is read (curl#22156). See ``Inflater``.
  case brokenBodies
  /// Over an HTTP/2 connection by prior knowledge, every request but the first fails (curl#10634).
  /// So each request has its own connection. See `EasyHandle+Connection`.
  case knownStreams

  /// The first version without the fault, if there is one.
  var fixedIn: CurlVersion? {
    switch self {
    case .surplusAnswers, .knownStreams: CurlVersion(8, 0)
    case .sharedUploads: CurlVersion(8, 2)
    case .repeats, .leftOutRequests, .earlyAnswers, .brokenBodies: nil
    }
  }

  /// The end-to-end case that fails without the workaround.
  var test: String {
    switch self {
    case .surplusAnswers: "a second answer that comes later is nobody's, and somebody is told"
    case .repeats:
      "what must not have an effect twice is not sent again: a POST whose kept connection is closed"
    case .leftOutRequests: "HTTP/2: what GOAWAY leaves out is sent again, and nothing is sent twice"
    case .earlyAnswers, .sharedUploads: "HTTP/2: a status that comes before the request is all sent"
    case .brokenBodies:
      "what breaks off, is not sound, has something behind it, or was not asked for"
    case .knownStreams: "real servers in every version of HTTP: no answer beside another record"
    }
  }

  var isNeeded: Bool { isNeeded(with: .loaded) }

  func isNeeded(with version: CurlVersion) -> Bool { fixedIn.map { version < $0 } ?? true }
}
