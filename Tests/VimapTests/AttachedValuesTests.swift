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

  /// Behind a single dash, each of them looks like such a word, and has to be known.
  @Test func knowsTheLongOptionsThatLookAlike() {
    let names = VimapCommand.helpMessage(includeHidden: true).matches(of: /--([a-z][-.0-9a-z]*)/)
      .map { String($0.1) }
    let alike = names.filter { name in
      let letter = name.unicodeScalars.first { !AttachedValues.flags.contains($0) }
      return letter.map(AttachedValues.options.contains) == true
    }
    #expect(Set(alike) == AttachedValues.longOptions)
  }
}
