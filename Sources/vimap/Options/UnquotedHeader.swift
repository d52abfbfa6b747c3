import VimapBytes
import VimapSystem

/// Finds a header whose value is not in the same word as its name: `-H Authorization: Bearer KEY`
/// without quotes.
///
/// Its value would be taken for files, and its words, which may be secret, be named in messages.
enum UnquotedHeader {
  /// What to do about it, where that seems to be the matter.
  static func advice(_ arguments: ArraySlice<String>) -> String? {
    let words = AttachedValues.split(arguments.prefix { $0 != "--" })
    for place in words.indices {
      guard let (header, next) = header(in: words[place...]),
        let colon = header.firstIndex(of: ":"),
        isOnlyStart(of: Substring(header[header.index(after: colon)...])), next < words.endIndex
      else { continue }
      // A header without a value is one that is not to be sent, and a file may follow it.
      let value = words[next]
      let isFile = Descriptor.size(value) != 0 || Descriptor.regularFile(value) != nil
      if value.isEmpty || value.utf8.first == UInt8(ascii: "-") || isFile { continue }
      let name = String(header[..<colon].prefix(60))
      let whole = "\(name): VALUE".quotedForShell()
      return "--header \(name): its value is not in the same word, and would be taken for a file:"
        + " put quotes around both: -H \(whole)"
    }
    return nil
  }

  /// The header that the first of some words gives, and the place behind it.
  private static func header(
    in words: ArraySlice<String>
  ) -> (text: Substring.UnicodeScalarView, next: Int)? {
    let (start, equals) = (words.startIndex, "--header=")
    if words[start].utf8.starts(with: equals.utf8) {
      return (words[start].unicodeScalars.dropFirst(equals.unicodeScalars.count), start + 1)
    }
    guard ["-H", "--header"].contains(words[start]), words.count > 1 else { return nil }
    return (words[start + 1].unicodeScalars[...], start + 2)
  }

  /// Whether a value is none, or no more than how credentials begin.
  private static func isOnlyStart(of value: Substring) -> Bool {
    ["", "bearer", "basic", "token", "apikey", "key"].contains(
      value.drop { $0 == " " }.lowercased())
  }
}
