/// What is done here because libcurl does something wrong, or doesn't tell of it.
///
/// Each is done only with the versions that need it, and a test shows that they do; what it is made
/// of lies beside this file. To be looked at again with each libcurl that comes to be used: these
/// were with 7.88.1 and 8.14.1, those of Debian 12 and 13.
enum Workaround: CaseIterable {
  /// A kept connection of HTTP/1 on which something has come is not used again: what has come would
  /// be taken for the next answer (curl#10646). See ``SocketWatch``.
  case surplusAnswers
  /// Over a kept connection that turns out to be dead, a request is sent again whatever its method,
  /// and nothing turns that off (curl#18417 asks for it). See `EasyHandle+Repeats` and
  /// ``KeepAliveTrust``.
  case repeats
  /// Which requests a server has left out, by GOAWAY, is said in texts for people only; no function
  /// tells, so they are read (curl#12054 is about what libcurl makes of it). See ``StreamNotes``.
  case leftOutRequests
  /// An answer that comes before the request is all sent is lost where sending then fails, or waits
  /// for the time limit (curl#10433, curl#11165, curl#15316, curl#22984). See
  /// `EasyHandle+EarlyAnswers`.
  case earlyAnswers
  /// Over a connection of HTTP/2 that others use as well, such an answer may be lost without a
  /// trace (curl#11165). So a request that takes long to send has a connection of its own. See
  /// `EasyHandle+EarlyAnswers`.
  case sharedUploads
  /// A compressed body that breaks off is taken for a whole one, and of several members the first
  /// is taken for all (curl#22156). See ``Inflater``.
  case brokenBodies
  /// Over a connection of HTTP/2 by prior knowledge every request but the first fails (curl#10634).
  /// So each has one of its own. See `EasyHandle+Connection`.
  case knownStreams

  /// The first version that does without it, where there is one.
  var fixedIn: CurlVersion? {
    switch self {
    case .surplusAnswers, .knownStreams: CurlVersion(8, 0)
    case .sharedUploads: CurlVersion(8, 2)
    case .repeats, .leftOutRequests, .earlyAnswers, .brokenBodies: nil
    }
  }

  /// The end-to-end case that fails without it.
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
