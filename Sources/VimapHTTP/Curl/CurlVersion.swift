internal import CCurl

/// A version of libcurl.
struct CurlVersion: Comparable, CustomStringConvertible {
  private let number: UInt32

  /// - Parameter number: as in LIBCURL_VERSION_NUM, with a byte for each part.
  init(number: UInt32) { self.number = number }

  init(_ major: UInt32, _ minor: UInt32, _ patch: UInt32 = 0) {
    number = major << 16 | minor << 8 | patch
  }

  /// The version of the library that is loaded. It may differ from that of the headers.
  static let loaded = CurlVersion(number: vimap_curl_version())

  static func < (one: CurlVersion, other: CurlVersion) -> Bool { one.number < other.number }

  var description: String { "\(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)" }
}
