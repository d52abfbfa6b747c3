public import VimapBytes

/// A command line for a shell, made of bytes that come out of the shell again as they went in.
///
/// It is for the shell of POSIX, of which dash, bash, ksh and zsh are some. What a terminal that
/// such a line is shown on, or pasted into, would obey (``VimapBytes/ByteView/character(at:)``) is
/// written in octal, and so are bytes that are not UTF-8. A line feed within a word stays, so a
/// line can be several. Strings are texts of the system (``Swift/String/init(system:)``).
public struct ShellLine: ~Copyable {
  private var buffer = ByteBuffer()
  private var isAtStart = true

  public init() {}

  /// All that was written since it was last emptied.
  public var bytes: ByteView { buffer.view }

  public mutating func removeAll() {
    buffer.removeAll()
    isAtStart = true
  }

  /// Adds what the shell is to understand, such as `|` or a name of its own.
  public mutating func add(syntax: StaticString) {
    separate()
    buffer.append(syntax)
  }

  /// Adds a word that the shell takes as it is.
  public mutating func add(word: ByteView) {
    separate()
    append(word)
  }

  /// Adds a word that the shell takes as it is.
  public mutating func add(word: String) {
    var text = ByteBuffer()
    text.append(system: word)
    add(word: text.view)
  }

  /// Adds an assignment, `NAME=VALUE`, for `env`; of which only the value is quoted.
  public mutating func add(assignment: String) {
    var text = ByteBuffer()
    text.append(system: assignment)
    guard let equals = text.view.firstIndex(of: UInt8(ascii: "=")) else {
      return add(word: text.view)
    }
    separate()
    buffer.append(text.view.head(equals + 1))
    if equals + 1 < text.count { append(text.view.slice(equals + 1)) }
  }

  /// Adds a command that prints these bytes.
  ///
  /// It is the shell's own printf, to which the limits of arguments do not apply.
  public mutating func add(printing bytes: ByteView) {
    let isLine = !bytes.isEmpty && bytes[bytes.count - 1] == 0x0A
    let text = isLine ? bytes.head(bytes.count - 1) : bytes
    separate()
    if !text.canBeShown {
      buffer.append("printf ")
      append(format: bytes)
    } else {
      buffer.append(isLine ? "printf '%s\\n' " : "printf %s ")
      append(text)
    }
  }

  /// Adds a remark that does nothing, whatever shell reads it.
  ///
  /// It is in quotes, as it may have a part of a record in it, and an interactive zsh knows no
  /// comments: to that it is a command that is not found.
  public mutating func add(comment: String) {
    add(syntax: "#")
    var text = ByteBuffer()
    text.append(system: comment)
    separate()
    buffer.append("'")
    append(text.view) { line, bytes in line.append(octal: bytes) }
    buffer.append("'")
  }

  public mutating func endLine() {
    buffer.append("\n")
    isAtStart = true
  }

  // MARK: Bytes

  private mutating func separate() {
    if !isAtStart { buffer.append(" ") }
    isAtStart = false
  }

  private mutating func append(_ word: ByteView) {
    if !word.isEmpty, !word.hasByte(where: { !$0.isPlain }) { return buffer.append(word) }
    buffer.append("'")
    append(word) { line, bytes in
      // A substitution would lose it.
      if bytes[0] == 0x0A { return line.buffer.append(bytes) }
      line.buffer.append("'\"$(printf '")
      line.append(octal: bytes)
      line.buffer.append("')\"'")
    }
    buffer.append("'")
  }

  /// Adds a format of printf(1).
  private mutating func append(format bytes: ByteView) {
    buffer.append("'")
    // A format that begins with a dash would be an option.
    let hasDash = bytes[0] == UInt8(ascii: "-")
    if hasDash { buffer.append("\\055") }
    append(
      hasDash ? bytes.slice(1) : bytes,
      alsoEscaping: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "%") }
    ) { line, bytes in
      switch bytes[0] {
      case 0x0A: line.buffer.append("\\n")
      case UInt8(ascii: "\\"): line.buffer.append("\\\\")
      case UInt8(ascii: "%"): line.buffer.append("%%")
      default: line.append(octal: bytes)
      }
    }
    buffer.append("'")
  }

  /// Adds bytes to what is in single quotes.
  /// - Parameter escape: adds a character that is to be written in another way.
  private mutating func append(
    _ bytes: ByteView, alsoEscaping isSpecial: (UInt8) -> Bool = { _ in false },
    _ escape: (inout ShellLine, ByteView) -> Void
  ) {
    var plain = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let (length, isShown) = bytes.character(at: index)
      defer { index += length }
      let isQuote = byte == UInt8(ascii: "'")
      if isShown, !isQuote, !isSpecial(byte) { continue }
      buffer.append(bytes.slice(plain, index - plain))
      if isQuote { buffer.append("'\\''") } else { escape(&self, bytes.slice(index, length)) }
      plain = index + length
    }
    buffer.append(bytes.slice(plain))
  }

  private mutating func append(octal bytes: ByteView) {
    for index in 0..<bytes.count {
      buffer.append("\\")
      for shift: UInt8 in [6, 3, 0] {
        buffer.append(UInt8(ascii: "0") + bytes[index] >> shift & 7)
      }
    }
  }
}

extension UInt8 {
  /// What no shell takes for anything but itself, wherever in a word.
  fileprivate var isPlain: Bool {
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

extension ByteView {
  fileprivate func hasByte(where matches: (UInt8) -> Bool) -> Bool {
    withUnsafeBytes { $0.contains(where: matches) }
  }
}
