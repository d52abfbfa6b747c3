/// Words for a shell, made of bytes that come out of the shell again as they went in.
///
/// It is for the shell of POSIX, of which dash, bash, ksh and zsh are some. What a terminal that
/// they are shown on, or pasted into, would obey (``ByteView/character(at:)``) is written in octal,
/// and so are bytes that are not UTF-8. A line feed stays.
extension ByteBuffer {
  /// Appends a word that the shell takes as it is.
  public mutating func append(shellWord word: ByteView) {
    let isPlain = word.withUnsafeBytes { $0.allSatisfy(\.isPlainInShells) }
    if isPlain, !word.isEmpty { return append(word) }
    append("'")
    append(inQuotes: word) { buffer, bytes in
      // A substitution would lose it.
      if bytes[0] == 0x0A { return buffer.append(bytes) }
      buffer.append("'\"$(printf '")
      buffer.append(octal: bytes)
      buffer.append("')\"'")
    }
    append("'")
  }

  /// Appends bytes to what is between single quotes.
  /// - Parameters:
  ///   - isSpecial: of which bytes there are more that are to be written in another way.
  ///   - escape: adds a character that is to be written in another way.
  public mutating func append(
    inQuotes bytes: ByteView, alsoEscaping isSpecial: (UInt8) -> Bool = { _ in false },
    _ escape: (inout ByteBuffer, ByteView) -> Void
  ) {
    var plain = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let (length, isShown) = bytes.character(at: index)
      defer { index += length }
      let isQuote = byte == UInt8(ascii: "'")
      if isShown, !isQuote, !isSpecial(byte) { continue }
      append(bytes.slice(plain, index - plain))
      if isQuote { append("'\\''") } else { escape(&self, bytes.slice(index, length)) }
      plain = index + length
    }
    append(bytes.slice(plain))
  }

  /// Appends bytes as printf(1) has them in a format.
  public mutating func append(octal bytes: ByteView) {
    for index in 0..<bytes.count {
      append("\\")
      for shift: UInt8 in [6, 3, 0] { append(UInt8(ascii: "0") + bytes[index] >> shift & 7) }
    }
  }
}

extension String {
  /// A text of the system as a word of a command that somebody may paste into a shell.
  /// - Parameter limit: most characters of it; an ellipsis stands for the rest.
  public func quotedForShell(atMost limit: Int = .max) -> String {
    let cut = unicodeScalars.prefix(limit)
    var word = ByteBuffer()
    word.append(system: cut.endIndex == endIndex ? self : String(cut) + "…")
    var quoted = ByteBuffer()
    quoted.append(shellWord: word.view)
    return quoted.view.text
  }
}

extension UInt8 {
  /// What no shell takes for anything but itself, wherever in a word.
  fileprivate var isPlainInShells: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","),
      UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "+"):
      true
    default: false
    }
  }
}
