internal import CCurl

/// A version of libcurl.
struct CurlVersion: Comparable, CustomStringConvertible {
  private let number: UInt32

  /// - Parameter number: as LIBCURL_VERSION_NUM has it, with a byte for each part.
  init(number: UInt32) { self.number = number }

  init(_ major: UInt32, _ minor: UInt32, _ patch: UInt32 = 0) {
    number = major << 16 | minor << 8 | patch
  }

  /// Of the library that is loaded, which need not be the one that this was compiled with.
  static let loaded = CurlVersion(number: vimap_curl_version())

  static func < (one: CurlVersion, other: CurlVersion) -> Bool { one.number < other.number }

  var description: String { "\(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)" }
}
