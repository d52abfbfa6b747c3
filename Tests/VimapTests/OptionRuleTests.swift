import Testing

@testable import vimap

@Suite("Which options go together") struct OptionRuleTests {
  @Test func optionsInRulesAreThere() {
    let known = Set(KnownOption.all.map(\.longName))
    #expect(known.count > 50)
    for option in VimapCommand.rules.flatMap(\.options) {
      let words = option.split(separator: " ").map(String.init)
      #expect(known.contains(words[0]), "\(option)")
      let values = KnownOption.all.first { $0.longName == words[0] }?.allValues ?? []
      #expect(words.count == 1 || values.isEmpty || values.contains(words[1]), "\(option)")
    }
  }

  @Test(arguments: ["HTTP worker", "HTTP connections"])
  func optionsOfRequestsGoWithPost(_ section: String) {
    let options = KnownOption.all.filter { $0.sectionTitle == section }
    #expect(options.count > 10)
    for option in options where option.longName != "--post" {
      #expect(complaint([option.longName, "value"])?.hasPrefix("\(option.longName): ") == true)
    }
  }

  @Test func optionsOfCommandsDoNotGoWithPost() {
    let options = KnownOption.all.filter { $0.sectionTitle == "Command workers" }
    #expect(options.count > 10)
    for option in options where option.longName != "--exec" {
      let value = option.allValues?.last ?? "value"
      #expect(
        complaint(["--post", "url", option.longName, value])?.hasSuffix("it goes with a command")
          == true, "\(option.longName)")
    }
  }

  @Test(arguments: [
    ([], nil), (["--on-desync", "stop", "--post", "url"], nil),
    (["--retry-on", "exit"], "--retry-on: it goes with --retry"),
    (["--retry-on", "exit", "--retry", "1"], nil),
    (["--ready", "--post", "--each"], "--ready: it goes with a command that is kept running,"),
    (["-XHEAD", "--batch", "2", "--post", "url"], "--batch: it doesn't go with HEAD"),
    (["-kvq"], "--verbose and --quiet: give one of them only"),
    (
      ["--no-body", "--body=.a", "--body-text", ".b", "--post", "url"],
      "--body, --body-text and --no-body: give one of them only"
    ),
  ])
  func complaints(_ words: [String], _ start: String?) {
    let complaint = complaint(words)
    if let start { #expect(complaint?.hasPrefix(start) == true) } else { #expect(complaint == nil) }
  }

  private func complaint(_ words: [String]) -> String? {
    let given = GivenOptions(AttachedValues.split(words))
    return VimapCommand.rules.lazy.compactMap { $0.complaint(about: given) }.first
  }
}

@Suite("Which options were given") struct GivenOptionsTests {
  @Test(arguments: [
    (["--retry", "3"], "--retry"), (["--retry=3"], "--retry 3"), (["-Rk"], "--keep-order"),
    (["-kXPUT"], "--request PUT"), (["-X", "PUT", "-XGET"], "--request GET"),
    (["-o=a=b"], "--output a=b"), (["--body", ".a\u{301}="], "--body .a\u{301}="),
    (["--feed=\u{301}", "-k"], "--keep-order"), (["--ready", "-k", "-R"], "--raw-input"),
    (["--header=-R", "-k"], "--keep-order"), (["-H", "-R", "-H", "a: b"], "--header a: b"),
  ])
  func given(_ words: [String], _ option: String) {
    #expect(GivenOptions(AttachedValues.split(words)).contains(option))
  }

  @Test(arguments: [
    (["--ready", "--each"], "--each"), (["-H", "-k"], "--keep-order"),
    (["-kH", "-R"], "--raw-input"), (["-", "file"], "--each"), (["--retry", "3"], "--retry 2"),
  ])
  func notGiven(_ words: [String], _ option: String) {
    #expect(!GivenOptions(AttachedValues.split(words)).contains(option))
  }
}

extension OptionRule {
  /// All that it names.
  fileprivate var options: [String] {
    switch self {
    case .needs(let options, let company): options + company.anyOf + company.noneOf
    case .oneOf(let options, _): options
    }
  }
}
