import VimapBytes
import VimapJSON

/// What a command printed under `--protocol envelope`, taken apart: `{"id":N,"out":VALUE}` or
/// `{"id":N,"exception":VALUE}`.
struct EnvelopeAnswer {
  enum Content {
    case output(ByteView)
    case exception(ByteView)
    /// What is wrong with the answer, as in "the command's answer …".
    case invalid(String)
  }

  /// The record that it names; `nil` where it names none.
  let id: Int?
  let content: Content

  init(id: Int? = nil, content: Content) {
    self.id = id
    self.content = content
  }

  /// - Parameter problem: says what keeps a text from being JSON.
  init(_ line: ByteView, problem: (ByteView) -> JSONProblem?) {
    let text = line.trimmed()
    var tokens = EnvelopeTokens(text)
    let named = tokens.takeID()
    if named != nil, let (isOutput, value) = tokens.takeLastMember(), problem(value) == nil {
      // The one value that is left, and the brace behind it, make it a whole object.
      self.init(id: named, content: isOutput ? .output(value) : .exception(value))
    } else if let problem = problem(text) {
      self.init(id: named, content: .invalid(problem.reason(of: text)))
    } else {
      self.init(members: text)
    }
  }

  /// An answer that is too long, by its beginning.
  init(tooLong head: ByteView, limit: Int) {
    var tokens = EnvelopeTokens(head.trimmed())
    self.init(
      id: tokens.takeID(), content: .invalid("has more than the \(limit) bytes allowed"))
  }

  /// An answer in any spelling.
  private init(members text: ByteView) {
    guard var members = ObjectMembers(of: text) else {
      self.init(id: nil, content: .invalid("is no object"))
      return
    }
    var ids: [ByteView] = []
    var contents: [Content] = []
    while let member = members.next() {
      if member.hasKey("id") {
        ids.append(member.value)
      } else if member.hasKey("out") {
        contents.append(.output(member.value))
      } else if member.hasKey("exception") {
        contents.append(.exception(member.value))
      }
    }
    let id = ids.count == 1 ? EnvelopeTokens.wholeNumber(ids[0]) : nil
    if id == nil {
      self.init(id: nil, content: .invalid("has no single id that is a whole number"))
    } else if contents.count == 1 {
      self.init(id: id, content: contents[0])
    } else {
      self.init(
        id: id,
        content: .invalid(
          contents.isEmpty
            ? "has neither out nor exception" : "has more than one of out and exception"))
    }
  }
}

/// Reads an answer in the spelling that most commands give it: the id first, then one member.
private struct EnvelopeTokens {
  private let text: ByteView
  private var place = 0

  init(_ text: ByteView) {
    self.text = text
  }

  /// `{"id":N,`
  mutating func takeID() -> Int? {
    guard take("{"), take("\"id\""), take(":") else { return nil }
    skipSpace()
    let start = place
    while place < text.count, text[place] &- UInt8(ascii: "0") < 10 { place += 1 }
    let number = Self.wholeNumber(text.slice(start, place - start))
    return take(",") ? number : nil
  }

  /// `"out":VALUE}` or `"exception":VALUE}`, where VALUE is all there is before the last brace.
  mutating func takeLastMember() -> (isOutput: Bool, value: ByteView)? {
    let isOutput = take("\"out\"")
    guard isOutput || take("\"exception\""), take(":"), text.count > place,
      text[text.count - 1] == UInt8(ascii: "}")
    else { return nil }
    return (isOutput, text.slice(place, text.count - 1 - place).trimmed())
  }

  private mutating func take(_ literal: StaticString) -> Bool {
    skipSpace()
    let token = ByteView(literal)
    guard text.count - place >= token.count, text.slice(place, token.count) == token else {
      return false
    }
    place += token.count
    return true
  }

  private mutating func skipSpace() {
    while place < text.count, text[place].isJSONWhiteSpace { place += 1 }
  }

  /// The number that decimal digits stand for.
  static func wholeNumber(_ digits: ByteView) -> Int? {
    // JSON knows no leading zeros (RFC 8259 section 6).
    guard (1...18).contains(digits.count), digits.count == 1 || digits[0] != UInt8(ascii: "0")
    else { return nil }
    var number = 0
    for index in 0..<digits.count {
      let digit = digits[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      number = number * 10 + Int(digit)
    }
    return number
  }
}
