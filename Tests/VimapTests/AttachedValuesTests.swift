import Testing

@testable import vimap

@Suite("Short options with their values behind them") struct AttachedValuesTests {
  @Test(arguments: [
    ("-j4", ["-j", "4"]), ("-XPOST", ["-X", "POST"]), ("-kofile", ["-k", "-o", "file"]),
    ("-HA: b", ["-H", "A: b"]), ("-o\u{301}f", ["-o", "\u{301}f"]), ("-output", ["-output"]),
    ("-jobs", ["-jobs"]), ("-o=f", ["-o=f"]), ("--XPOST", ["--XPOST"]), ("-", ["-"]),
  ])
  func words(_ word: String, _ parts: [String]) {
    #expect(AttachedValues.split([word]) == parts)
  }

  @Test(arguments: [
    (["-kH", "-X: 1"], ["-k", "-H", "-X: 1"]), (["-H-H", "-XGET"], ["-H", "-H", "-X", "GET"]),
    (["-H", "-XGET", "-XPUT"], ["-H", "-XGET", "-X", "PUT"]),
    (["--header=-H", "-XGET"], ["--header=-H", "-X", "GET"]),
  ])
  func valuesThatBeginWithADash(_ words: [String], _ parts: [String]) {
    #expect(AttachedValues.split(words) == parts)
  }

  @Test func knowsTheLetters() {
    for (kind, letters) in [("flag", AttachedValues.flags), ("option", AttachedValues.options)] {
      let known = KnownOption.all.filter { $0.kind == kind }
        .compactMap { option in option.letter.map { ($0, option.longName) } }
      #expect(Dictionary(known, uniquingKeysWith: { $1 }) == letters)
    }
  }

  @Test func knowsWhatTakesAnyWord() {
    let known = KnownOption.all.filter { $0.parsingStrategy.hasPrefix("unconditional") }
      .flatMap { [$0.longName] + ($0.letter.map { ["-\($0)"] } ?? []) }
    #expect(Set(known) == AttachedValues.unconditional)
  }

  /// Behind a single dash, each of them looks like such a word, and has to be known.
  @Test func knowsTheLongOptionsThatLookAlike() {
    let alike = KnownOption.all.map { String($0.longName.dropFirst(2)) }.filter { name in
      let letter = name.unicodeScalars.first { AttachedValues.flags[$0] == nil }
      return letter.map { AttachedValues.options[$0] != nil } == true
    }
    #expect(Set(alike) == AttachedValues.longOptions)
  }
}
