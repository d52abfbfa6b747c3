import VimapBytes
import VimapKit

/// A line of text that is not JSON, prepared for recognising what it is.
struct PlainLine {
  private let text: String
  /// Whether it was not cut.
  private let isWhole: Bool
  /// The text without what is in double quotes; the quotes stay.
  private let frame: [UInt8]

  /// `nil` if the bytes are not text.
  init?(_ bytes: ByteView, isWhole: Bool) {
    let trimmed = bytes.trimmed()
    guard let whole = Self.validText(trimmed, isWhole: isWhole) else { return nil }
    text = whole
    self.isWhole = isWhole
    var frame: [UInt8] = []
    var isQuoted = false
    var isEscaped = false
    for byte in whole.utf8 {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
        frame.append(byte)
      } else if !isQuoted {
        frame.append(byte)
      }
    }
    self.frame = frame
  }

  private static func validText(_ bytes: ByteView, isWhole: Bool) -> String? {
    for index in 0..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0x7F {
      // Tabs and colour sequences are allowed.
      if bytes[index] != 9, bytes[index] != 0x1B { return nil }
    }
    return bytes.withUnsafeBytes { raw in
      // A line that was cut may have been cut within a character.
      for cut in 0...(isWhole ? 0 : min(3, raw.count)) {
        if let text = String(validating: raw.dropLast(cut), as: UTF8.self) { return text }
      }
      return nil
    }
  }

  /// Whether bytes that are not UTF-8 look like text in an encoding of one byte per character:
  /// JSON, or mostly ASCII.
  static func isOtherEncoding(_ bytes: ByteView) -> Bool {
    let line = bytes.trimmed()
    guard let first = line.isEmpty ? nil : line[0] else { return false }
    var high = 0
    for place in 0..<line.count {
      let byte = line[place]
      if byte < 0x20 && byte != 9 || byte == 0x7F { return false }
      if byte >= 0x80 { high += 1 }
    }
    if high == 0 { return false }
    return "{[\"".utf8.contains(first) || high * 4 <= line.count && first < 0x80
  }

  // MARK: Nearly JSON

  /// What the line is, if it is almost JSON.
  var lookOfJSON: TextLook? {
    guard let first = frame.first, let last = frame.last else { return nil }
    let plain = String(decoding: frame, as: UTF8.self)
    switch text {
    case "{", "}", "},": return .partOfObject
    case "[", "]", "],": return .partOfArray
    case "NaN", "Infinity", "-Infinity", "nan", "inf", "-inf": return .notANumber
    case "None", "True", "False": return .python
    default: break
    }
    // `"key": value`, from an object on several lines.
    if plain.hasPrefix("\""), plain.dropFirst().hasPrefix("\":") { return .partOfObject }
    guard "{[('".utf8.contains(first) else {
      return first == UInt8(ascii: "\"") && plain == "\"\"," ? .partOfArray : nil
    }
    if first != UInt8(ascii: "'"), let look = lookOfWords(plain) { return look }
    if plain.contains("{'") || plain.contains("['") || plain.hasPrefix("('") || plain.hasPrefix("'")
    {
      let isScripts = words.contains { ["true", "false", "null"].contains($0) }
      if first == UInt8(ascii: "'"), last != UInt8(ascii: "'") { return nil }
      return isScripts ? .singleQuotes : .python
    }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
      ? lookOfBraces(plain, last) : nil
  }

  private func lookOfWords(_ plain: String) -> TextLook? {
    let words = words
    if words.contains(where: { ["None", "True", "False"].contains($0) }) { return .python }
    if !plain.contains("'"),
      words.contains(where: { ["NaN", "Infinity", "nan", "inf"].contains($0) })
    {
      return .notANumber
    }
    return nil
  }

  private var words: [Substring] {
    String(decoding: frame, as: UTF8.self)
      .split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "\"" || $0 == "'") }
  }

  private func lookOfBraces(_ plain: String, _ last: UInt8) -> TextLook? {
    let tight = plain.filter { $0 != " " && $0 != "\t" }
    if tight.contains(",}") || tight.contains(",]") { return .commaAtEnd }
    var depth = 0
    for (place, byte) in frame.enumerated() {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0, place > 0 { return .severalValues }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    if isWhole, depth == 0, last == UInt8(ascii: ",") { return .commaBehind }
    // `{name: …`
    let key = tight.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
    if tight.hasPrefix("{"), key.first?.isLetter == true,
      tight.dropFirst(key.count + 1).first == ":"
    {
      return .unquotedKeys
    }
    return nil
  }

  /// The first line of a value that goes on. In the middle of an input, it might also be a line
  /// that was cut off.
  private var lookOfStart: TextLook? {
    guard isWhole, let first = frame.first, let last = frame.last,
      ",:{[".utf8.contains(last)
    else { return nil }
    return first == UInt8(ascii: "{")
      ? .partOfObject : first == UInt8(ascii: "[") ? .partOfArray : nil
  }

  // MARK: Words for people

  /// What the line is, if it belongs to Python's report of an error.
  var lookOfTraceback: TextLook? {
    if text.hasPrefix("Traceback (most recent call last)") { return .traceback }
    if text.hasPrefix("File \""), text.contains("\", line ") { return .traceback }
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
    guard name.hasSuffix("Error") || name.hasSuffix("Exception"),
      name.count < text.count ? text.dropFirst(name.count).hasPrefix(":") : true
    else { return nil }
    return .traceback
  }

  /// What an input is that begins with this line.
  var lookOfFirst: TextLook? {
    if text.hasPrefix("<") {
      let start = text.prefix(15).lowercased()
      if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return .html }
      return text.dropFirst().first.map { $0.isLetter || "?!".contains($0) } == true
        ? .xml : .plainText
    }
    if text == "---" || text.hasPrefix("- ") || text.hasPrefix("%YAML") { return .yaml }
    if isLogLine { return .logLine }
    if let columns = lookOfColumns { return columns }
    let key = text.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    let rest = text.dropFirst(key.count)
    if !key.isEmpty, key.contains(where: \.isLowercase), rest == ":" || rest.hasPrefix(": ") {
      return .yaml
    }
    // A line that begins like JSON gets a message about where it is wrong.
    guard let first = text.first, !"{[\"".contains(first) else { return lookOfStart }
    // A line that begins like a number was probably meant to be one.
    return first == "-" || first.isNumber ? nil : .plainText
  }

  private var isLogLine: Bool {
    let plain = text.hasPrefix("[") ? text.dropFirst() : text[...]
    let levels = [
      "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "TRACE", "NOTICE", "CRITICAL",
    ]
    let word = plain.prefix { $0.isLetter }
    if levels.contains(word.uppercased()), plain.dropFirst(word.count).first != "," { return true }
    // 2026-01-31, or the address and time of a server's log.
    let shape = plain.prefix(10).map { $0.isNumber ? "9" : $0 }
    if String(shape) == "9999-99-99" || String(shape) == "9999/99/99" {
      return !plain.dropFirst(10).hasPrefix(",")
    }
    return text.contains(" [") && text.contains("] \"")
  }

  private var lookOfColumns: TextLook? {
    for separator: Character in ["\t", ",", ";"] where frame.contains(separator.asciiValue ?? 0) {
      let plain = String(decoding: frame, as: UTF8.self)
      if plain.contains("{") || plain.contains("[") { continue }
      let fields = plain.split(separator: separator, omittingEmptySubsequences: false)
      if separator != "\t", fields.contains(where: { $0.first == " " || $0.count > 40 }) {
        continue
      }
      let hasNames =
        fields.allSatisfy { $0.first?.isNumber != true && $0.first != "-" }
        && fields.contains { !$0.isEmpty }
      return .columns(separator: separator, hasNames: hasNames)
    }
    return nil
  }
}
