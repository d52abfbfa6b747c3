public import VimapBytes

/// A command line for a shell, made of bytes that come out of the shell again as they went in.
///
/// It is for the shell of POSIX, of which dash, bash, ksh and zsh are some. Bytes that are not
/// UTF-8 are passed on as they are. Control characters are not, as a terminal that such a line is
/// shown on, or pasted into, would obey them: they are written in octal. A line feed within a word
/// stays, so a line can be several.
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
    text.append(text: word)
    add(word: text.view)
  }

  /// Adds an assignment, `NAME=VALUE`, for `env`; of which only the value is quoted.
  public mutating func add(assignment: String) {
    var text = ByteBuffer()
    text.append(text: assignment)
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
    if text.hasByte(where: { $0.isControl }) {
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
    text.append(text: comment)
    separate()
    buffer.append("'")
    append(text.view, escaping: \.isControl) { line, byte in
      line.buffer.append("\\")
      line.append(octal: byte)
    }
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
    append(word, escaping: { $0.isControl && $0 != 0x0A }) { line, byte in
      line.buffer.append("'\"$(printf '\\")
      line.append(octal: byte)
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
      escaping: { $0.isControl || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "%") }
    ) { line, byte in
      switch byte {
      case 0x0A: line.buffer.append("\\n")
      case UInt8(ascii: "\\"): line.buffer.append("\\\\")
      case UInt8(ascii: "%"): line.buffer.append("%%")
      default:
        line.buffer.append("\\")
        line.append(octal: byte)
      }
    }
    buffer.append("'")
  }

  /// Adds bytes to what is in single quotes.
  /// - Parameter escape: adds a byte that is to be written in another way.
  private mutating func append(
    _ bytes: ByteView, escaping isSpecial: (UInt8) -> Bool,
    _ escape: (inout ShellLine, UInt8) -> Void
  ) {
    var plain = 0
    for index in 0..<bytes.count {
      let byte = bytes[index]
      let isQuote = byte == UInt8(ascii: "'")
      guard isQuote || isSpecial(byte) else { continue }
      buffer.append(bytes.slice(plain, index - plain))
      if isQuote { buffer.append("'\\''") } else { escape(&self, byte) }
      plain = index + 1
    }
    buffer.append(bytes.slice(plain))
  }

  private mutating func append(octal byte: UInt8) {
    for shift: UInt8 in [6, 3, 0] { buffer.append(UInt8(ascii: "0") + byte >> shift & 7) }
  }
}

extension UInt8 {
  fileprivate var isControl: Bool { self < 0x20 || self == 0x7F }

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
