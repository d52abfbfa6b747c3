import Testing
import VimapBytes

@testable import VimapJSON

/// Holds the scanner against jansson on texts that are nearly JSON.
@Suite("Scanner against jansson on mutations")
struct MutationTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func scannerAndJanssonAgree(seed: UInt64) {
    let scanner = RecordScanner()
    var mutator = Mutator(seed: seed)
    var tally = Tally()
    for _ in 0..<100_000 {
      let text = mutator.next()
      let isAccepted = withView(text) { scanner.accepts($0) }
      let problem = janssonProblem(with: text)
      checkFirstLine(of: text, scanner)
      switch (isAccepted, problem) {
      case (true, nil):
        tally.accepted += 1
        mutator.keep(text)
      case (true, .some(let problem)):
        tally.beyondJansson += 1
        #expect(isBeyondJansson(problem), "accepted: \(shown(text)): \(problem)")
        // It is the half characters alone that jansson minds, where it minds those.
        let whole = janssonProblem(with: withoutHalves(text))
        #expect(whole.map(isBeyondJansson) ?? true, "accepted: \(shown(text))")
        #expect(whole.map { !$0.message.hasPrefix("invalid Unicode '") } ?? true)
        tally.halves += problem.message.hasPrefix("invalid Unicode '") ? 1 : 0
      case (false, nil):
        tally.slow += 1
        Issue.record("jansson had to be asked: \(shown(text))")
      case (false, .some):
        tally.refused += 1
      }
    }
    // Each verdict must have been put to the test.
    #expect(tally.slow == 0)
    #expect(tally.accepted > 10_000, "\(tally)")
    #expect(tally.refused > 10_000, "\(tally)")
    #expect(tally.beyondJansson > 20, "\(tally)")
    #expect(tally.halves > 20, "\(tally)")
  }

  /// Of long texts jansson sees an excerpt, and says the same of it.
  @Test(arguments: [7] as [UInt64])
  func excerptsShowWhatIsWrong(seed: UInt64) throws {
    let scanner = RecordScanner()
    var mutator = Mutator(seed: seed)
    var seen = 0
    for _ in 0..<100_000 {
      let text = mutator.next()
      withView(text) { view in
        guard !scanner.accepts(view), let problem = scanner.problem(withRefused: view),
          !isBeyondJansson(problem)
        else { return }
        seen += 1
        let found = scanner.problem(withLong: view)
        #expect(found == problem, "\(shown(text))")
      }
    }
    #expect(seen > 10_000)
  }

  /// What is wrong with a text with halves of characters is what is wrong elsewhere.
  @Test(arguments: [5, 6] as [UInt64])
  func halvesAreNotBlamed(seed: UInt64) throws {
    let scanner = RecordScanner()
    var mutator = Mutator(seed: seed)
    var seen = 0
    for _ in 0..<100_000 {
      let text = mutator.next()
      let whole = withoutHalves(text)
      if whole == text { continue }
      seen += 1
      let problem = withView(text) { scanner.problem(with: $0) }
      #expect(problem == withView(whole) { scanner.problem(with: $0) }, "\(shown(text))")
    }
    #expect(seen > 500)
  }

  /// The text of each part is what jansson makes of it, all the way down; and in what is no JSON
  /// nothing beyond the end is found.
  @Test(arguments: [7] as [UInt64])
  func partsAreJanssons(seed: UInt64) throws {
    var mutator = Mutator(seed: seed)
    var seen = 0
    for _ in 0..<50_000 {
      let text = mutator.next()
      try withView(text) { text in
        let whole = try? JSONValue.parse(text)
        seen += try check(text.trimmed(), whole, depth: 0)
      }
    }
    #expect(seen > 1_000)
  }

  /// - Parameter whole: what jansson reads in `text`; `nil` where that is no matter.
  /// - Returns: strings that were compared.
  private func check(_ text: ByteView, _ whole: JSONValue?, depth: Int) throws -> Int {
    if depth == 20 { return 0 }
    var seen = 0
    if let whole, text.isJSONString {
      var buffer = ByteBuffer()
      try buffer.append(textOf: text)
      #expect(whole.withStringBytes { $0 == buffer.view } == true, "\(text.text)")
      return 1
    }
    if var members = ObjectMembers(of: text) {
      var last: [String: ByteView] = [:]
      while let member = members.next() {
        var key = ByteBuffer()
        var quoted = ByteBuffer()
        quoted.append("\"")
        quoted.append(member.key)
        quoted.append("\"")
        guard (try? key.append(textOf: quoted.view)) != nil else { continue }
        if whole != nil { #expect(member.hasKey(key.view), "\(member.key.text)") }
        last[key.view.text] = member.value
      }
      if let whole { #expect(last.count == whole.count, "\(text.text)") }
      for (key, value) in last { seen += try check(value, whole?[key], depth: depth + 1) }
    } else if var items = ArrayItems(of: text) {
      var index = 0
      while let item = items.next() {
        seen += try check(item, whole?[index], depth: depth + 1)
        index += 1
      }
      if let whole { #expect(index == whole.count, "\(text.text)") }
    }
    return seen
  }

  /// A line found on the way is the one that its line feed ends, and is judged as that is by itself.
  private func checkFirstLine(of text: Bytes, _ scanner: borrowing RecordScanner) {
    let alone = Bytes(text.prefix { $0 != 0x0A })
    let isAccepted = withView(alone) { scanner.accepts($0) }
    let line = withView(text + [0x0A, 0x22]) { scanner.firstLine(of: $0) }
    #expect((line != nil) == isAccepted, "\(shown(text))")
    guard let line else { return }
    let value = withView(alone) { $0.trimmed().withUnsafeBytes(Bytes.init(_:)) }
    #expect(line.length == alone.count + 1 && Bytes(alone[line.value]) == value, "\(shown(text))")
    #expect(line.isPadded == (value.count < alone.count))
  }

  private struct Tally {
    var accepted = 0
    var beyondJansson = 0
    /// Those for halves of characters.
    var halves = 0
    var refused = 0
    /// Valid texts for which jansson had to be asked.
    var slow = 0
  }
}

/// The text with U+FFFD in the place of each escape of a surrogate that stands alone: an own way to
/// find those, to hold the one that is used against.
private func withoutHalves(_ text: Bytes) -> Bytes {
  var text = text
  var place = 0
  var upper: Int?
  func drop(_ place: Int) { text.replaceSubrange(place..<place + 6, with: Bytes("\\ufffd".utf8)) }
  while place < text.count {
    let isPair = text[place] == UInt8(ascii: "\\") && place + 1 < text.count
    let digits = text.dropFirst(place + 2).prefix(4)
    let unit =
      isPair && text[place + 1] == UInt8(ascii: "u") && digits.count == 4
        && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }
      ? UInt16(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    if let start = upper {
      upper = nil
      if let unit, 0xDC00...0xDFFF ~= unit {
        place += 6
        continue
      }
      drop(start)
    }
    switch unit {
    case .some(0xD800...0xDBFF): upper = place
    case .some(0xDC00...0xDFFF): drop(place)
    default: break
    }
    place += unit != nil ? 6 : isPair ? 2 : 1
  }
  if let upper { drop(upper) }
  return text
}

/// Makes texts out of the corpus, and out of what it made, by small changes.
private struct Mutator {
  private var generator: SeededGenerator
  private var pool: [Bytes]

  private static let tokens: [Bytes] =
    [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "true", "false", "null", "0", "-", "1", "12345678",
      ".5", "e9", "E+1", "-0", "1e400", "99999999999999999999", " ", "\n", "\t", "\r", "\"a\"",
      "\"a\":", ",\"k\":1", "[]", "{}", ",1", "\\n", "\\\"", "\\u0000", "\\u00e9", "\\ud83d",
      "\\ude00", "\\udce9", "é", "日本", "😀", "abcdefgh",
    ].map { Bytes($0.utf8) } + [
      [0], [0x1F], [0x7F], [0x80], [0xC3], [0xE3, 0x81], [0xED, 0xA0], [0xFF],
    ]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    pool = Corpus.everything.filter { $0.count > 1 } + [post]
  }

  /// Makes `text` a start for further changes.
  mutating func keep(_ text: Bytes) {
    guard (2...400).contains(text.count), chance(10) else { return }
    if pool.count < 2000 { pool.append(text) } else { pool[below(pool.count)] = text }
  }

  mutating func next() -> Bytes {
    var text = pool[below(pool.count)]
    for _ in 0...below(3) { change(&text) }
    return text
  }

  private mutating func change(_ text: inout Bytes) {
    let place = below(text.count + 1)
    let length = below(min(text.count - place, 12) + 1)
    switch below(7) {
    case 0:  // another byte
      if place < text.count { text[place] = UInt8(below(256)) }
    case 1:  // another bit
      if place < text.count { text[place] ^= 1 << UInt8(below(8)) }
    case 2:
      text.removeSubrange(place..<place + length)
    case 3, 4:
      text.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: place)
    case 5:  // a part of it once more, elsewhere
      text.insert(contentsOf: Bytes(text[place..<place + length]), at: below(text.count + 1))
    default:
      text.removeSubrange(place...)
    }
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
  private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
