import VimapBytes

/// Parses the text of a ``Template``.
struct TemplateParser {
  private let grammar: Template.Grammar

  init(_ grammar: Template.Grammar) {
    self.grammar = grammar
  }

  func parts(of text: String) -> [Template.Part] { pieces(of: text).map(\.part) }

  /// The parts, each with its text.
  func pieces(of text: String) -> [(part: Template.Part, text: ArraySlice<UInt8>)] {
    let bytes = text.withSystemBytes { $0.withUnsafeBytes { Array($0) } }
    var pieces: [(part: Template.Part, text: ArraySlice<UInt8>)] = []
    var literal = 0..<0
    var place = 0
    func endLiteral() {
      if literal.isEmpty { return }
      pieces.append((.literal(Array(bytes[literal])), bytes[literal]))
    }
    while place < bytes.count {
      if !isShells(bytes, place), let (part, length) = placeholder(in: bytes[place...]) {
        endLiteral()
        pieces.append((part, bytes[place..<place + length]))
        place += length
        literal = place..<place
      } else {
        place += 1
        literal = literal.lowerBound..<place
      }
    }
    endLiteral()
    return pieces
  }

  /// Whether a brace at `place` belongs to the shell: `${name}`, `${#}`.
  private func isShells(_ bytes: [UInt8], _ place: Int) -> Bool {
    grammar == .argument && place > 0 && bytes[place - 1] == UInt8(ascii: "$")
  }

  /// The placeholder at the beginning of `text`, and its length in bytes with the braces.
  private func placeholder(in text: ArraySlice<UInt8>) -> (Template.Part, Int)? {
    guard text.first == UInt8(ascii: "{"), let close = closingBrace(in: text) else { return nil }
    let content = text[text.startIndex + 1..<close].withUnsafeBytes { String(system: ByteView($0)) }
    return part(content).map { ($0, close - text.startIndex + 1) }
  }

  /// The place of the first `}` that isn't in quotes. In `{.["}"]}`, it is the second.
  private func closingBrace(in text: ArraySlice<UInt8>) -> Int? {
    var isQuoted = false
    var isEscaped = false
    for place in text.indices {
      let byte = text[place]
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if isQuoted {
        isEscaped = byte == UInt8(ascii: "\\")
      } else if byte == UInt8(ascii: "}") {
        return place
      }
    }
    return nil
  }

  /// The placeholder with `content` in its braces; nil if it is only text.
  private func part(_ content: String) -> Template.Part? {
    switch content {
    case "": return .record
    case "#": return .index
    case "%": return .worker
    default: break
    }
    if content.hasPrefix("init.") {
      let name = content.dropFirst("init.".utf8.count)
      return name.isInitName ? .initArgument(String(name)) : nil
    }
    if grammar == .argument, let part = filePart(content) { return part }
    let keepsReserved = content.hasPrefix("+")
    let path = keepsReserved ? String(content.dropFirst()) : content
    guard path.hasPrefix("."), let path = try? JSONPath(path) else { return nil }
    return .field(path, keepsReserved: keepsReserved)
  }

  /// Parses a part of a file's path: the letters for the part, and then the path in the record.
  /// Without the latter it is the record itself.
  private func filePart(_ content: String) -> Template.Part? {
    for part in PathPart.longestFirst where content.hasPrefix(part.rawValue) {
      let path = String(content.dropFirst(part.rawValue.count))
      // `{.}` is the record, even though `.` is also the letter for a part.
      if path.isEmpty, part != .withoutExtension { return .file(part, nil) }
      if path.hasPrefix("."), let path = try? JSONPath(path) { return .file(part, path) }
    }
    return nil
  }
}

extension Substring {
  fileprivate var isInitName: Bool {
    !isEmpty
      && utf8.allSatisfy { byte in
        byte.isLetterOrDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      }
  }
}
