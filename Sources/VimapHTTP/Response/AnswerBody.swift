import VimapBytes
import VimapJSON

/// The body of an answer, by what it is.
enum AnswerBody {
  /// Nothing.
  case empty
  /// JSON, which is passed on byte by byte.
  case json(ByteView)
  /// Other text in UTF-8.
  case text(ByteView)
  case binary(ByteView)

  /// - Parameter bytes: a body that is not JSON.
  init(_ bytes: ByteView) {
    if bytes.isEmpty {
      self = .empty
    } else if bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) != nil {
      self = .text(bytes)
    } else {
      self = .binary(bytes)
    }
  }

  /// The name of its member in an object.
  var key: StaticString {
    if case .binary = self { "body_base64" } else { "body" }
  }

  /// Appends it as a JSON value on one line.
  func write(to out: inout ByteBuffer) {
    switch self {
    case .empty: out.append("null")
    case .json(let bytes): out.append(onOneLine: bytes.trimmed())
    case .text(let bytes): out.appendString(of: bytes)
    case .binary(let bytes):
      out.append(UInt8(ascii: "\""))
      out.append(base64: bytes)
      out.append(UInt8(ascii: "\""))
    }
  }

  /// Appends it by itself: its value, or, if its name is not `body`, an object with that member.
  func writeAlone(to out: inout ByteBuffer) {
    if case .binary = self {
      out.append("{")
      writeMember(to: &out)
      out.append("}")
    } else {
      write(to: &out)
    }
  }

  /// Appends it as a member of an object.
  func writeMember(to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\""))
    out.append(key)
    out.append("\":")
    write(to: &out)
  }
}
