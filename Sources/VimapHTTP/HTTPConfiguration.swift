import VimapJSON
import VimapKit
import VimapRecords

/// What an HTTP worker sends, and how it reads the answers.
package struct HTTPConfiguration: Sendable {
  /// Where to send. Worker `n` takes the URL at `n % urls.count`, as long as it can be connected
  /// to; see ``EndpointFailover``.
  package var urls: [TargetURL]
  package var method = RequestMethod.post
  package var headers: [HeaderTemplate] = []
  package var body = RequestBody.record
  /// The number of records that go into one request, as an array; `nil` for each record by itself.
  package var batch: Int?
  /// The number of requests that one worker has under way at once. If the number adapts itself,
  /// this is the most.
  package var concurrency = 8
  /// Whether the number of requests under way adapts to what the server can take.
  package var adaptsConcurrency = false
  /// The most time from a request's start to the end of its answer.
  package var timeout = Duration.seconds(30)
  /// The most time for connecting, with the name lookup and TLS.
  package var connectTimeout = Duration.seconds(10)
  /// The longest pause that is waited for if a server asks for it (`Retry-After`). If it asks for a
  /// longer one, nothing is sent to it for that long, and the records become exceptions at once.
  package var longestPause = Duration.seconds(3600)
  package var accepted = StatusSet.successful
  package var response = ResponseShape.full
  /// What bodies must be. `nil` for JSON if the answer says that it is JSON, and for anything
  /// otherwise.
  package var expected: ExpectedBody?
  /// The most bytes of an answer's body, after decompression.
  package var longestBody = 16 << 20
  /// Whether each request has a key that is the same when its record is sent again. The pool's form
  /// must count occurrences for that (`RecordForm.countsOccurrences`).
  package var sendsIdempotencyKey = false
  package var connection = ConnectionOptions()
  /// The `User-Agent` header, unless ``headers`` has one.
  package var userAgent: String

  package init(urls: [TargetURL], userAgent: String) {
    self.urls = urls
    self.userAgent = userAgent
  }

  /// The number of records that one worker has under way at once.
  package var recordsInFlight: Int { concurrency * (batch ?? 1) }

  /// Whether requests have the body that ``body`` describes.
  var sendsBody: Bool { body != .none && !method.hasNoAnswerBody }

  /// The `host:port` that the requests of each URL go to, if it is always the same.
  var hosts: [String?] { urls.map(\.hostAndPort) }

  /// The servers that requests go to, if no record can name another one.
  package var knownKeys: KnownKeys? {
    let known = hosts.compactMap(\.self)
    return known.count == urls.count ? KnownKeys(keys: known, longestPause: longestPause) : nil
  }

  /// The most bytes of an answer's headers, with its status line. Servers and browsers stop at 16
  /// to 256 KiB, and libcurl takes no more than this in one line (CURL_MAX_HTTP_HEADER in curl.h).
  static let longestHead = 100 << 10

  /// The most bytes of all header lines for a request. Interim answers and trailers count too,
  /// though they are not kept. libcurl has the same limit since 8.3, but not for trailers.
  static let longestLines = 300 << 10
}

/// The body of a request.
package enum RequestBody: Sendable, Equatable {
  /// The record, byte by byte as it came in.
  case record
  /// A part of the record, as compact JSON.
  case path(JSONPath)
  /// A part of the record: the text of a string, or any other value as compact JSON.
  case textPath(JSONPath)
  case none

  /// The `Content-Type`, unless a header sets it.
  var contentType: String? {
    switch self {
    case .record, .path: "application/json"
    case .textPath: "text/plain; charset=utf-8"
    case .none: nil
    }
  }
}

/// What the body of an answer must be.
package enum ExpectedBody: String, Sendable, CaseIterable {
  /// JSON; anything else is no output.
  case json
  /// Text: the output is a string, even if the body is JSON.
  case text
  /// Anything: JSON if it is that, otherwise a string, or base64.
  case any
}

/// What an output is.
package enum ResponseShape: String, Sendable, CaseIterable {
  /// `{"status":…,"headers":{…},"body":…}`
  case full
  /// The body alone.
  case body
}
