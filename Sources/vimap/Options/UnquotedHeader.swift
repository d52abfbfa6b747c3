import VimapSystem

/// Finds a header whose value is not in the same word as its name: `-H Authorization: Bearer KEY`
/// without quotes.
///
/// Its value would be taken for files, and its words, which may be secret, be named in messages.
enum UnquotedHeader {
  /// What to do about it, where that seems to be the matter.
  static func advice(_ arguments: ArraySlice<String>) -> String? {
    let words = AttachedValues.split(arguments.prefix { $0 != "--" })
    for (place, word) in words.enumerated() where place + 2 < words.count {
      guard word == "-H" || word == "--header", let colon = words[place + 1].last, colon == ":"
      else { continue }
      let value = words[place + 2]
      // A header without a value is one that is not to be sent, and a file may follow it.
      let isFile = Descriptor.size(value) != 0 || Descriptor.regularFile(value) != nil
      if value.isEmpty || value.hasPrefix("-") || isFile { continue }
      let name = words[place + 1].dropLast()
      return "--header \(name): its value is not in the same word, and would be taken for a file:"
        + " put quotes around both: -H '\(name): VALUE'"
    }
    return nil
  }
}
