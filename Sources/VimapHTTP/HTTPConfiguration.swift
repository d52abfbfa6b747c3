import VimapJSON
import VimapKit
import VimapRecords

/// What an HTTP worker sends, and what it makes of the answers.
package struct HTTPConfiguration: Sendable {
  /// Where to send: worker `n` takes the URL at `n % urls.count`, as long as that can be connected
  /// to; see ``EndpointFailover``.
  package var urls: [TargetURL]
  package var method = RequestMethod.post
  package var headers: [HeaderTemplate] = []
  package var body = RequestBody.record
  /// Records that go into one request, as an array; `nil` for each by itself.
  package var batch: Int?
  /// Requests of one worker under way at once; the most of them, where it adapts itself.
  package var concurrency = 8
  /// Whether the number of requests under way follows what the server bears.
  package var adaptsConcurrency = false
  /// The longest that a request may take, from its start to the end of its answer.
  package var timeout = Duration.seconds(30)
  /// The longest that connecting may take, looking up the name and TLS included.
  package var connectTimeout = Duration.seconds(10)
  /// The longest pause that a server may ask for (`Retry-After`) and get. Where it asks for a
  /// longer one, nothing is sent to it for that long, and what would be is an exception at once.
  package var longestPause = Duration.seconds(3600)
  package var accepted = StatusSet.successful
  package var response = ResponseShape.full
  /// What bodies have to be; `nil` for JSON where the answer says so, and whatever it is elsewhere.
  package var expected: ExpectedBody?
  /// Most bytes of an answer's body, counted after decompression.
  package var longestBody = 16 << 20
  /// Whether each request has a key that is the same when its record is sent again; the pool's form
  /// has to count occurrences (`RecordForm.countsOccurrences`).
  package var sendsIdempotencyKey = false
  package var connection = ConnectionOptions()
  /// `User-Agent`, unless a header says otherwise.
  package var userAgent: String

  package init(urls: [TargetURL], userAgent: String) {
    self.urls = urls
    self.userAgent = userAgent
  }

  /// Records of one worker under way at once.
  package var recordsInFlight: Int { concurrency * (batch ?? 1) }

  /// Whether requests carry what ``body`` says.
  var sendsBody: Bool { body != .none && !method.hasNoAnswerBody }

  /// The host and port that the requests of each URL go to, as `host:port`, where it is always the
  /// same.
  var hosts: [String?] { urls.map(\.hostAndPort) }

  /// The servers that requests go to, where no record can name another.
  package var knownKeys: KnownKeys? {
    let known = hosts.compactMap(\.self)
    return known.count == urls.count ? KnownKeys(keys: known, longestPause: longestPause) : nil
  }

  /// Most bytes of an answer's headers, its status line included. Servers and browsers stop at 16
  /// to 256 KiB, and libcurl takes no more in one line (CURL_MAX_HTTP_HEADER in curl.h).
  static let longestHead = 100 << 10

  /// Most bytes of all header lines that come for a request sent: those of interim answers and
  /// trailers, which are not kept, count too. libcurl stops there as well since 8.3, but for
  /// trailers.
  static let longestLines = 300 << 10
}

/// What a request carries.
package enum RequestBody: Sendable, Equatable {
  /// The record, byte by byte as it came in.
  case record
  /// A part of the record, as compact JSON.
  case path(JSONPath)
  /// A part of the record that is a string, as its text; any other part as compact JSON.
  case textPath(JSONPath)
  case none

  /// What `Content-Type` says where no header does.
  var contentType: String? {
    switch self {
    case .record, .path: "application/json"
    case .textPath: "text/plain; charset=utf-8"
    case .none: nil
    }
  }
}

/// What the body of an answer has to be.
package enum ExpectedBody: String, Sendable, CaseIterable {
  /// JSON; anything else is no output.
  case json
  /// Text: a string, also where it is JSON.
  case text
  /// Anything: JSON where it is that, else a string, or base64.
  case any
}

/// What an output is.
package enum ResponseShape: String, Sendable, CaseIterable {
  /// `{"status":…,"headers":{…},"body":…}`
  case full
  /// The body alone.
  case body
}
