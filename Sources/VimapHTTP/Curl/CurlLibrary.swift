internal import CCurl

/// libcurl as a whole.
enum CurlLibrary {
  /// Sets libcurl up, which a process does once, before it has threads (curl_global_init(3)).
  static func start() throws(CurlFailure) {
    let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard code == CURLE_OK else {
      throw CurlFailure(
        CurlCode(number: Int(code.rawValue)), String(cString: curl_easy_strerror(code)))
    }
  }
}
