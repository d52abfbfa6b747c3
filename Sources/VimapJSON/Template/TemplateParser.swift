import VimapBytes

/// Takes the text of a ``Template`` apart.
enum TemplateParser {
  static func parts(of text: String) -> [Template.Part] {
    let bytes = Array(text.utf8)
    var parts: [Template.Part] = []
    var literal: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if let (part, length) = placeholder(in: bytes[place...]) {
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = []
        parts.append(part)
        place += length
      } else {
        literal.append(bytes[place])
        place += 1
      }
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    return parts
  }

  /// The placeholder that `text` starts with, and its length in bytes, braces included.
  private static func placeholder(in text: ArraySlice<UInt8>) -> (Template.Part, Int)? {
    guard text.first == UInt8(ascii: "{"), let close = closingBrace(in: text) else { return nil }
    let content = String(decoding: text[text.startIndex + 1..<close], as: UTF8.self)
    return part(content).map { ($0, close - text.startIndex + 1) }
  }

  /// Where the first `}` is that isn't in quotes, as one in `{.["}"]}` is.
  private static func closingBrace(in text: ArraySlice<UInt8>) -> Int? {
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

  /// What `content`, found in braces, stands for; nil where it is only text.
  private static func part(_ content: String) -> Template.Part? {
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
    let keepsReserved = content.hasPrefix("+")
    let path = keepsReserved ? String(content.dropFirst()) : content
    guard path.hasPrefix("."), let path = try? JSONPath(path) else { return nil }
    return .field(path, keepsReserved: keepsReserved)
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
