import VimapJSON

/// Finds, before anything is run, what in a command's arguments is likely not to do what it was
/// typed for. Where that is not certain enough, nothing is said.
package struct ArgumentCheck {
  /// What is wrong with a placeholder, which is given as it was typed.
  package enum Problem: Equatable {
    /// A placeholder that lacks its dot, or has spaces in it.
    case misspelt(String, as: String)
    /// Something of GNU parallel's that is no placeholder here.
    case parallels(String)
    /// A placeholder in a command for which nothing is filled in.
    case notFilledIn(String)
    /// A placeholder in the shell's text, where nothing is filled in.
    case inShellText(String)
    /// A placeholder behind a `$`, which is left to a shell.
    case behindDollar(String)
    /// A placeholder that is filled in, in text that a program then runs.
    case run(String, ProgramText)
    /// A placeholder that is filled in before the program that it was meant for sees it.
    case takenFrom(String, program: String)
  }

  /// What the words are of.
  package enum Manner {
    /// A command for each record, whose arguments are filled in.
    case each
    /// A command that is kept running.
    case kept
    /// The text that a shell is given (`--exec`).
    case shell
  }

  private let manner: Manner
  /// The problems, one of each kind at most: the first.
  package private(set) var problems: [Problem] = []

  /// Checks the words of a command, or the text of a shell, which is one word.
  package init(_ words: [String], _ manner: Manner) {
    self.manner = manner
    if manner == .shell {
      words.forEach { checkText($0) }
    } else {
      check(words)
    }
  }

  private mutating func add(_ problem: Problem) {
    if !problems.contains(where: { $0.isLike(problem) }) { problems.append(problem) }
  }

  private mutating func check(_ words: [String]) {
    let texts = ProgramText.find(in: words)
    for text in texts where manner == .each {
      if let placeholder = Template.recordText(in: words[text.argument], .argument) {
        add(.run(placeholder, text))
      }
    }
    // The text may run the words behind it.
    if manner == .each,
      let evaluating = texts.first(where: { $0.language.isShells && words[$0.argument].evaluates })
    {
      for word in words[(evaluating.argument + 1)...] {
        if let placeholder = Template.recordText(in: word, .argument) {
          add(.run(placeholder, evaluating))
        }
      }
    }
    let braces = BraceUse(words)
    for (place, word) in words.enumerated() {
      if let text = texts.first(where: { $0.argument == place }) {
        if text.language.isShells { checkText(word) }
      } else {
        for form in BraceForm.find(in: word) {
          check(form, in: word, at: place, words, braces.use(at: place))
        }
      }
    }
  }

  /// Looks into a shell's text as into the commands that it is made of.
  private mutating func checkText(_ text: String) {
    for words in ShellWords.commands(of: text) {
      let texts = Set(ProgramText.find(in: words).map(\.argument))
      let braces = BraceUse(words)
      for (place, word) in words.enumerated() where !texts.contains(place) {
        for form in BraceForm.find(in: word) {
          // The notice about what is run says enough.
          if manner == .each, form.kind == .placeholder || form.kind == .shortPlaceholder {
            continue
          }
          check(form, in: word, at: place, words, braces.use(at: place), isShellText: true)
        }
      }
    }
  }

  private mutating func check(
    _ form: BraceForm, in word: String, at place: Int, _ words: [String], _ use: BraceUse.Use,
    isShellText: Bool = false
  ) {
    let isFilledIn = manner == .each && !isShellText
    switch form.kind {
    case .placeholder, .shortPlaceholder:
      if isFilledIn {
        if let program = use.taker, word == "{}" {
          add(.takenFrom(form.text, program: program))
        }
        return
      }
      if use != .none { return }
      if form.kind == .shortPlaceholder, !word.isPlain || word.isOptionsJSON(behind: words, place) {
        return
      }
      add(isShellText || manner == .shell ? .inShellText(form.text) : .notFilledIn(form.text))
    case .behindDollar: if isFilledIn { add(.behindDollar(form.text)) }
    case .misspelt(let correction):
      if use == .none, word.isPlain { add(.misspelt(form.text, as: correction)) }
    case .parallels:
      if use == .none, word.isPlain || form.text.hasPrefix("{=") { add(.parallels(form.text)) }
    }
  }
}

extension ArgumentCheck.Problem {
  fileprivate func isLike(_ other: ArgumentCheck.Problem) -> Bool {
    switch (self, other) {
    case (.misspelt, .misspelt), (.parallels, .parallels), (.notFilledIn, .notFilledIn),
      (.inShellText, .inShellText), (.behindDollar, .behindDollar), (.run, .run),
      (.takenFrom, .takenFrom):
      true
    default: false
    }
  }
}

extension ProgramText.Language {
  /// Whether the text is a shell's.
  fileprivate var isShells: Bool {
    switch self {
    case .shell, .su, .ssh, .watch: true
    default: false
    }
  }
}

extension String {
  /// Whether a shell's text has other text run.
  fileprivate var evaluates: Bool {
    ShellWords.commands(of: self).contains { $0.first == "eval" }
  }

  /// Whether it has nothing in it but what stands in names of files, options, URLs and sentences:
  /// it is no text of a program.
  fileprivate var isPlain: Bool {
    !contains { "\"'`$;|()\\<>*^\n\t".contains($0) }
  }

  /// Whether `{}` is an empty object, for an option that takes such things.
  fileprivate func isOptionsJSON(behind words: [String], _ place: Int) -> Bool {
    let option = self == "{}" && place > 0 ? words[place - 1] : self
    guard hasSuffix("{}"), option.hasPrefix("-") else { return false }
    if option == "-d" { return true }
    let parts = [
      "json", "conf", "opt", "param", "arg", "data", "setting", "body", "payload", "header", "meta",
      "context", "env", "var", "schema", "extra", "prop", "label", "tag", "filter", "query", "dict",
      "map",
    ]
    return parts.contains { option.lowercased().contains($0) }
  }
}

/// Programs that have braces of their own in their arguments.
private struct BraceUse {
  enum Use: Equatable {
    case none
    /// They stand for something else, or are part of a language.
    case language
    /// `{}` is filled in by the program.
    case fillsIn(String)
  }

  private let first: (place: Int, use: Use)?

  init(_ words: [String]) {
    var first: (place: Int, use: Use)?
    for place in ProgramPlaces.find(in: words).sorted() where first == nil {
      let name = ProgramPlaces.baseName(words[place])
      if Self.fillers.contains(name) {
        first = (place, .fillsIn(name))
      } else if Self.languages.contains(name) {
        first = (place, .language)
      }
    }
    self.first = first
  }

  func use(at place: Int) -> Use {
    guard let first, place > first.place else { return .none }
    return first.use
  }

  private static let fillers: Set<String> = ["find", "xargs", "parallel", "fd", "fdfind", "rush"]
  private static let languages: Set<String> = [
    "jq", "gojq", "jaq", "yq", "xq", "tomlq", "fx", "dasel", "mlr", "awk", "gawk", "mawk", "nawk",
    "sed", "gsed", "perl", "docker", "podman", "nerdctl", "buildah", "skopeo", "kubectl", "oc",
    "helm", "gh", "go", "crictl", "borg", "borgmatic", "streamlink", "gallery-dl", "jo", "m4",
    "tex",
    "latex", "pdflatex", "xelatex", "lualatex", "asy",
  ]
}

extension BraceUse.Use {
  /// The program that would fill in `{}`.
  fileprivate var taker: String? {
    if case .fillsIn(let program) = self { program } else { nil }
  }
}
