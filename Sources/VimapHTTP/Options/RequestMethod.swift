/// The method of a request, such as `POST`. It is sent exactly as it is written.
package struct RequestMethod: Sendable, Equatable {
  package let name: String

  package static let post = RequestMethod(unchecked: "POST")

  private init(unchecked name: String) {
    self.name = name
  }

  package init(_ name: String) throws(RequestMethodError) {
    guard name.isToken else { throw RequestMethodError(name: name) }
    self.name = name
  }

  /// Whether the answer has no body, whatever its headers say (RFC 9110 section 9.3.2).
  var hasNoAnswerBody: Bool { name == "HEAD" }

  /// Whether a request without a body must say so (RFC 9110 section 8.6).
  var announcesEmptyBody: Bool { ["POST", "PUT", "PATCH"].contains(name) }
}

/// Why a text is no ``RequestMethod``.
package struct RequestMethodError: Error, Sendable, Equatable, CustomStringConvertible {
  package let name: String

  package var description: String {
    "'\(name)' is no request method; one word such as PUT is expected"
  }
}

extension StringProtocol {
  /// Whether this is a token, like methods and header names (RFC 9110 section 5.6.2).
  var isToken: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"),
          UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
          UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
          UInt8(ascii: "~"):
          true
        default:
          false
        }
      }
  }
}
