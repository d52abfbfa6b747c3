public import VimapBytes

/// The meaning of a JSON string, piece by piece: runs that stand for themselves, and escapes.
///
/// It is given the text between the quotes, which must be valid.
struct StringPieces {
  enum Piece {
    case plain(ByteView)
    case character(Unicode.Scalar)
    /// Half a character: a single surrogate. RFC 8259 allows it (section 8.2), but it has no UTF-8.
    case half(UInt16, escape: ByteView)
  }

  private let content: ByteView
  private var place = 0

  init(of content: ByteView) {
    self.content = content
  }

  mutating func next() -> Piece? {
    guard place < content.count else { return nil }
    let start = place
    guard content[start] == UInt8(ascii: "\\") else {
      place = content.firstIndex(of: UInt8(ascii: "\\"), from: start) ?? content.count
      return .plain(content.slice(start, place - start))
    }
    guard let unit = takeUnit() else {
      place = min(start + 2, content.count)
      return .character(Self.character(of: content[place - 1]))
    }
    if unit & 0xFC00 == 0xD800 {
      let behind = place
      if let lower = takeUnit(), lower & 0xFC00 == 0xDC00 {
        let plane = UInt32(unit & 0x3FF) << 10 | UInt32(lower & 0x3FF)
        if let whole = Unicode.Scalar(0x10000 + plane) { return .character(whole) }
      }
      place = behind
    }
    return Unicode.Scalar(unit).map { .character($0) }
      ?? .half(unit, escape: content.slice(start, place - start))
  }

  private mutating func takeUnit() -> UInt16? {
    let (start, end) = content.cursors
    guard let unit = unitOfEscape(start + place, end) else { return nil }
    place += 6
    return unit
  }

  /// The character that a letter after a backslash stands for.
  private static func character(of letter: UInt8) -> Unicode.Scalar {
    switch letter {
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "f"): "\u{C}"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "t"): "\t"
    default: Unicode.Scalar(letter)
    }
  }

  /// The byte that Python writes as this half character ("surrogateescape"); nil if it writes no
  /// byte so.
  static func byte(of half: UInt16) -> UInt8? {
    (0xDC80...0xDCFF).contains(half) ? UInt8(half & 0xFF) : nil
  }

  /// Whether the string consists of these bytes.
  consuming func spell(_ bytes: ByteView) -> Bool {
    var rest = bytes
    func take(_ byte: UInt8) -> Bool {
      guard !rest.isEmpty, rest[0] == byte else { return false }
      rest = rest.slice(1)
      return true
    }
    while let piece = next() {
      switch piece {
      case .plain(let text):
        guard rest.head(text.count) == text else { return false }
        rest = rest.slice(text.count)
      case .character(let character):
        guard character.utf8.allSatisfy(take) else { return false }
      case .half(let unit, _):
        guard let byte = Self.byte(of: unit), take(byte) else { return false }
      }
    }
    return rest.isEmpty
  }
}

extension ByteBuffer {
  /// Appends the UTF-8 of a JSON string, which is given with its quotes. A half character that
  /// Python writes for a byte becomes that byte (U+DC80 to U+DCFF).
  ///
  /// Throws if there is another half character, since it has no bytes. The buffer is then left as
  /// it was.
  public mutating func append(textOf string: ByteView) throws(JSONProblem) {
    let before = count
    var pieces = StringPieces(of: string.unquoted)
    while let piece = pieces.next() {
      switch piece {
      case .plain(let text): append(text)
      case .character(let character): append(utf8: character)
      case .half(let unit, let escape):
        guard let byte = StringPieces.byte(of: unit) else {
          truncate(to: before)
          throw JSONProblem(message: "\(escape.text) is half a character, and has no bytes")
        }
        append(byte)
      }
    }
  }

  mutating func append(utf8 character: Unicode.Scalar) {
    for byte in character.utf8 { append(byte) }
  }
}
