/// A program that takes text of a program as an argument, and how it is given that.
struct Interpreter {
  /// What it makes of its words.
  enum Manner {
    /// What is behind these options, in the same word or the next.
    case option
    /// The first word that is none of its options, if one of these is given: `sh -euc TEXT`.
    case wordIfOption
    /// The first word that is none of its options, unless one of these gives the text, or a file
    /// that has it.
    case firstWord
    /// All words but its options, and but so many before them: `ssh HOST TEXT TEXT`.
    case words(behind: Int)
  }

  private let names: [Substring]
  let language: ProgramText.Language
  let manner: Manner
  /// Options of a letter that the text comes with.
  let text: Set<Character>
  /// Options of a letter that have another value, in the same word or the next.
  let values: Set<Character>
  /// Options of a letter whose value is the rest of the word.
  let rests: Set<Character>
  /// Long options that the text comes with.
  let longText: Set<Substring>
  /// Long options that have other values in the words behind them, and how many.
  let longValues: [Substring: Int]
  /// Options go on behind other words.
  let goesOn: Bool

  private init(
    _ names: String, _ language: ProgramText.Language, _ manner: Manner, text: String = "",
    values: String = "", rests: String = "", longText: String = "", longValues: String = "",
    longPairs: String = "", goesOn: Bool = false
  ) {
    self.names = names.split(separator: " ")
    self.language = language
    self.manner = manner
    self.text = Set(text)
    self.values = Set(values)
    self.rests = Set(rests)
    self.longText = Set(longText.split(separator: " "))
    self.longValues = Dictionary(
      uniqueKeysWithValues: longValues.split(separator: " ").map { ($0, 1) }
        + longPairs.split(separator: " ").map { ($0, 2) })
    self.goesOn = goesOn
  }

  /// The interpreter of this name, if there is one.
  static func named(_ name: String) -> Interpreter? {
    if let known = table[name[...]] { return known }
    // python3.12, lua5.4, perl5.36
    let plain = name.prefix { !$0.isNumber && $0 != "." }
    return plain == name ? nil : table[plain]
  }

  private static let table: [Substring: Interpreter] = Dictionary(
    uniqueKeysWithValues: all.flatMap { known in known.names.map { ($0, known) } })

  private static let all = [
    Interpreter(
      "sh bash dash ash zsh ksh mksh yash fish csh tcsh rbash hush", .shell, .wordIfOption,
      text: "c", values: "oOC", longText: "--command", longValues: "--rcfile --init-file"),
    Interpreter("python pypy", .python, .option, text: "c", values: "WXm"),
    Interpreter("perl", .perl, .option, text: "eE", values: "I", rests: "MmFDCdVxi"),
    Interpreter("ruby", .ruby, .option, text: "e", values: "IrCE", rests: "FKiTWx"),
    Interpreter(
      "node nodejs bun", .node, .wordIfOption, text: "ep", values: "r",
      longText: "--eval --print", longValues: "--require --import"),
    Interpreter("php", .php, .option, text: "rRBE", values: "dcfFz"),
    Interpreter(
      "lua luajit Rscript R julia gnuplot groovy elixir octave", .other, .option, text: "eE",
      values: "l", longText: "--eval"),
    Interpreter("guile", .other, .option, text: "c", values: "Ll"),
    Interpreter(
      "awk gawk mawk nawk", .awk, .firstWord, text: "e", values: "Fvfil", longText: "--source",
      longValues: "--file --assign --field-separator"),
    Interpreter(
      "jq gojq jaq", .jq, .firstWord, values: "fL", longValues: "--indent --from-file",
      longPairs: "--arg --argjson --slurpfile --rawfile"),
    Interpreter(
      "sed gsed", .sed, .firstWord, text: "e", values: "fl", rests: "i",
      longText: "--expression", longValues: "--file"),
    Interpreter(
      "psql", .sql, .option, text: "c", values: "dfhpUvoFRP", longText: "--command", goesOn: true),
    Interpreter(
      "mysql mariadb", .sql, .option, text: "e", values: "hPuDS", rests: "p",
      longText: "--execute", goesOn: true),
    Interpreter("sqlite3", .sql, .words(behind: 1)),
    Interpreter("duckdb", .sql, .option, text: "cs", goesOn: true),
    Interpreter(
      "ssh autossh rsh dbclient", .ssh, .words(behind: 1), values: "bcDEeFIiJLlmOopPQRSWwB"),
    Interpreter(
      "su runuser", .su, .option, text: "c", values: "sgGwu",
      longText: "--command --session-command", longValues: "--shell --group --user", goesOn: true),
    Interpreter(
      "flock script", .shell, .option, text: "c", values: "wEIOBT", longText: "--command",
      goesOn: true),
    Interpreter("env", .other, .option, text: "S", values: "uC", longText: "--split-string"),
    Interpreter("watch", .watch, .words(behind: 0), values: "nq", longValues: "--interval"),
    Interpreter("eval parallel", .other, .words(behind: 0)),
  ]
}
