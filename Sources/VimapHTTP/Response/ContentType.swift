import VimapBytes

/// What an answer's `Content-Type` says about its body (RFC 9110 section 8.3).
struct ContentType: Equatable {
  /// JSON, by its name or suffix (RFC 8259, RFC 6839 section 3.1).
  let isJSON: Bool
  /// Text, or a type whose encoding is given in the same way.
  let isText: Bool
  /// The encoding that it names; `nil` if it names none, UTF-8 or ASCII.
  let charset: String?

  /// - Parameter values: the values of the header. There are several if a server and a proxy each
  ///   set one. The last that names a type counts, as in browsers (Fetch, "extract a MIME type").
  init(_ values: [String]) {
    let named = values.flatMap { $0.split(separator: ",") }.last { $0.contains("/") }
    let parts = (named ?? "").lowercased().split(separator: ";", omittingEmptySubsequences: false)
    let name = parts.first?.trimmingSpace() ?? ""
    isJSON = name == "application/json" || name == "text/json" || name.hasSuffix("+json")
    isText =
      isJSON || name.hasPrefix("text/") || name.hasSuffix("+xml")
      || ["application/xml", "application/javascript"].contains(name)
    charset = parts.dropFirst().lazy.compactMap(Self.charset).first
  }

  private static func charset(_ parameter: Substring) -> String? {
    guard let equals = parameter.firstIndex(of: "="),
      parameter[..<equals].trimmingSpace() == "charset"
    else { return nil }
    var name = parameter[parameter.index(after: equals)...].trimmingSpace()
    if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") {
      name = String(name.dropFirst().dropLast())
    }
    return ["", "utf-8", "utf8", "us-ascii", "ascii"].contains(name) ? nil : name
  }
}
