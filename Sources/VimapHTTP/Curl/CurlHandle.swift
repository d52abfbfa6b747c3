internal import CCurl
import VimapBytes

/// Owns a libcurl easy handle (libcurl-easy(3)): its options, and what it knows of the last
/// request.
final class CurlHandle {
  private let easy: UnsafeMutableRawPointer
  /// The buffer that libcurl writes error messages to (CURLOPT_ERRORBUFFER(3)).
  private let message: UnsafeMutablePointer<CChar>

  init() throws(CurlFailure) {
    guard let easy = curl_easy_init() else { throw .noHandle }
    self.easy = easy
    message = .allocate(capacity: Int(CURL_ERROR_SIZE))
    message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try set(CURLOPT_ERRORBUFFER, message)
  }

  deinit {
    curl_easy_cleanup(easy)
    message.deallocate()
  }

  /// Lends the handle to the multi interface.
  func lend<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result { body(easy) }

  /// Sets all options back to their defaults.
  func reset() throws(CurlFailure) {
    curl_easy_reset(easy)
    try set(CURLOPT_ERRORBUFFER, message)
  }

  // MARK: Options

  func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
    try check(vimap_easy_set_long(easy, option, value), option)
  }

  func set(_ option: CURLoption, size: Int) throws(CurlFailure) {
    try check(vimap_easy_set_offset(easy, option, curl_off_t(size)), option)
  }

  func set(
    _ option: CURLoption, _ receiver: @escaping curl_write_callback
  ) throws(CurlFailure) {
    try check(vimap_easy_set_writer(easy, option, receiver), option)
  }

  func set(_ option: CURLoption, _ value: UnsafeRawPointer?) throws(CurlFailure) {
    try check(vimap_easy_set_pointer(easy, option, value), option)
  }

  /// libcurl copies strings.
  func set(_ option: CURLoption, _ text: String) throws(CurlFailure) {
    try check(text.withSystemCString { vimap_easy_set_pointer(easy, option, $0) }, option)
  }

  func set(
    _ option: CURLoption, _ asked: @escaping curl_prereq_callback
  ) throws(CurlFailure) {
    try check(vimap_easy_set_prereq(easy, option, asked), option)
  }

  func check(_ code: CURLcode, _ option: CURLoption) throws(CurlFailure) {
    if code == CURLE_OK { return }
    let name = curl_easy_option_by_id(option)?.pointee.name.map { String(cString: $0) }
    throw CurlFailure(
      CurlCode(number: Int(code.rawValue)),
      "it doesn't take the option \(name ?? "\(option.rawValue)"):"
        + " \(String(cString: curl_easy_strerror(code)))")
  }

  // MARK: The last request

  /// The answer's status; 0 if there is no answer.
  var status: Int {
    var status = 0
    _ = vimap_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// How many new connections the request took; 0 if it used a kept one.
  var connections: Int {
    var connections = 0
    _ = vimap_easy_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
    return connections
  }

  /// Seconds from the request's start to its end.
  var seconds: Double {
    Double(offset(CURLINFO_TOTAL_TIME_T)) / 1e6
  }

  /// Seconds from when the request could be sent over a connection until its end; `nil` if there
  /// was no connection.
  var secondsConnected: Double? {
    let microseconds = offset(CURLINFO_PRETRANSFER_TIME_T)
    return microseconds > 0 ? max(0, seconds - Double(microseconds) / 1e6) : nil
  }

  /// A number that libcurl knows of the request; below 0 if it has none.
  func offset(_ info: CURLINFO) -> Int {
    var value: curl_off_t = -1
    _ = vimap_easy_get_offset(easy, info, &value)
    return Int(value)
  }

  /// The HTTP version of the answer, as libcurl numbers versions; `nil` if there was no answer.
  var version: Int? {
    var version = 0
    _ = vimap_easy_get_long(easy, CURLINFO_HTTP_VERSION, &version)
    return version > 0 ? version : nil
  }

  /// What went wrong, in libcurl's words.
  func explanation(of code: CurlCode) -> String {
    if message.pointee != 0 { return Redaction.message(String(cString: message)) }
    return String(cString: curl_easy_strerror(CURLcode(UInt32(code.number))))
  }
}
