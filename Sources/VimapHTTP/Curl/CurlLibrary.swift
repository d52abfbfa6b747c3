internal import CCurl

/// libcurl as a whole.
package enum CurlLibrary {
  /// Why libcurl can't be loaded, in its loader's words; `nil` if it can. It stays loaded.
  ///
  /// Every function of this module loads libcurl, but only this one says what is wrong if it is
  /// missing.
  package static var problem: String? { vimap_curl_load().map { String(cString: $0) } }

  /// Sets libcurl up. A process does that once, before it has threads (curl_global_init(3)).
  static func start() throws(CurlFailure) {
    // Host names are in UTF-8, and they are converted to ASCII by the thread's locale
    // (idn2_lookup_ul(3)).
    vimap_thread_use_utf8()
    let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    guard code == CURLE_OK else {
      throw CurlFailure(
        CurlCode(number: Int(code.rawValue)), String(cString: curl_easy_strerror(code)))
    }
  }
}
