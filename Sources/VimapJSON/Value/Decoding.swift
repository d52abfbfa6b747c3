internal import CJansson
import VimapBytes

/// A value of jansson's, as a pointer that does not say who owns it.
typealias Node = UnsafeMutablePointer<json_t>

/// Has jansson read `text`. Returns a reference that the caller owns.
///
/// Two kinds of texts are handled here, since jansson is no help with them. It calls an empty text
/// an unexpected token, and it ignores a NUL byte after a number or a word.
func decode(_ text: ByteView, flags: Int32 = 0) throws(JSONProblem) -> Node {
  guard !text.trimmed().isEmpty else {
    throw JSONProblem(message: "empty text, a JSON value is expected", line: 1)
  }
  var error = json_error_t()
  let flags = Int(JSON_DECODE_ANY | JSON_ALLOW_NUL | flags)
  let node = text.withUnsafeBytes {
    json_loadb($0.bindMemory(to: CChar.self).baseAddress, $0.count, flags, &error)
  }
  guard let node else { throw JSONProblem(error) }
  if let place = text.firstIndex(of: 0) {
    json_decref(node)
    throw JSONProblem(message: "unexpected NUL byte", at: place, of: text)
  }
  return node
}
