import VimapBytes
import VimapKit
import VimapRecords

/// Checks whether an answer says clearly where it ends.
///
/// libcurl is too lenient in two cases. It takes an answer that breaks off in its headers for one
/// without a body. And it reads what it can of a length that is not a number. To RFC 9112 (sections
/// 6.3 and 8) both are incomplete.
enum Framing {
  /// What is wrong with an answer that libcurl takes for complete; `nil` if nothing is.
  static func problem(_ answer: Answer) -> RecordException? {
    guard answer.headIsComplete else {
      return RecordException(.partialFile, "the answer breaks off in its headers")
    }
    return hasSoundLength(answer.head.view)
      ? nil
      : RecordException(.weirdServerReply, "the answer's Content-Length is no number, or several")
  }

  private static func hasSoundLength(_ head: ByteView) -> Bool {
    var known: ByteView?
    var offset = 0
    while offset < head.count {
      let end = head.firstIndex(of: UInt8(ascii: "\n"), from: offset) ?? head.count
      defer { offset = end + 1 }
      guard let value = head.slice(offset, end - offset).value(ifHeader: "content-length") else {
        continue
      }
      guard isNumber(value), known.map({ $0 == value }) ?? true else { return false }
      known = value
    }
    return true
  }

  private static func isNumber(_ value: ByteView) -> Bool {
    !value.isEmpty
      && value.withUnsafeBytes { bytes in
        bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
