internal import CCurl

/// libcurl as a whole.
package enum CurlLibrary {
  /// Why libcurl can't be loaded, in its loader's words; `nil` where it can, and is from then on.
  ///
  /// Whatever is called of this module loads it; only this says what is wrong where it is missing.
  package static var problem: String? { vimap_curl_load().map { String(cString: $0) } }

  /// Sets libcurl up, which a process does once, before it has threads (curl_global_init(3)).
  static func start() throws(CurlFailure) {
    // The names of hosts are in UTF-8, and what makes ASCII of them goes by the thread's locale
    // (idn2_lookup_ul(3)).
    vimap_thread_use_utf8()
    let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard code == CURLE_OK else {
      throw CurlFailure(
        CurlCode(number: Int(code.rawValue)), String(cString: curl_easy_strerror(code)))
    }
  }
}
