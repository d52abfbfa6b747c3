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

  let language: ProgramText.Language
  let manner: Manner
  /// Options of a letter that the text comes with.
  var text: Set<Character> = []
  /// Those that have another value, in the same word or the next.
  var values: Set<Character> = []
  /// Those whose value is the rest of the word.
  var rests: Set<Character> = []
  /// Long options that the text comes with.
  var longText: Set<String> = []
  /// Long options that have other values in the words behind them, and how many.
  var longValues: [String: Int] = [:]
  /// Options go on behind other words.
  var goesOn = false

  /// The interpreter of this name, if there is one.
  static func named(_ name: String) -> Interpreter? {
    if let known = table[name] { return known }
    // python3.12, lua5.4, perl5.36
    let plain = String(name.prefix { !$0.isNumber && $0 != "." })
    return plain == name ? nil : table[plain]
  }

  private static let table: [String: Interpreter] = {
    var table: [String: Interpreter] = [:]
    for (names, interpreter) in rows {
      for name in names.split(separator: " ") { table[String(name)] = interpreter }
    }
    return table
  }()

  private static let rows: [(String, Interpreter)] = [
    (
      "sh bash dash ash zsh ksh mksh yash fish csh tcsh rbash hush",
      Interpreter(
        language: .shell, manner: .wordIfOption, text: ["c"], values: ["o", "O", "C"],
        longText: ["--command"], longValues: ["--rcfile": 1, "--init-file": 1])
    ),
    (
      "python pypy",
      Interpreter(
        language: .python, manner: .option, text: ["c"], values: ["W", "X", "m"])
    ),
    (
      "perl",
      Interpreter(
        language: .perl, manner: .option, text: ["e", "E"], values: ["I"],
        rests: ["M", "m", "F", "D", "C", "d", "V", "x", "i"])
    ),
    (
      "ruby",
      Interpreter(
        language: .ruby, manner: .option, text: ["e"], values: ["I", "r", "C", "E"],
        rests: ["F", "K", "i", "T", "W", "x"])
    ),
    (
      "node nodejs bun",
      Interpreter(
        language: .node, manner: .wordIfOption, text: ["e", "p"], values: ["r"],
        longText: ["--eval", "--print"], longValues: ["--require": 1, "--import": 1])
    ),
    (
      "php",
      Interpreter(
        language: .php, manner: .option, text: ["r", "R", "B", "E"],
        values: ["d", "c", "f", "F", "z"])
    ),
    (
      "lua luajit Rscript R julia gnuplot groovy elixir octave",
      Interpreter(
        language: .other, manner: .option, text: ["e", "E"], values: ["l"], longText: ["--eval"])
    ),
    ("guile", Interpreter(language: .other, manner: .option, text: ["c"], values: ["L", "l"])),
    (
      "awk gawk mawk nawk",
      Interpreter(
        language: .awk, manner: .firstWord, text: ["e"], values: ["F", "v", "f", "i", "l"],
        longText: ["--source"], longValues: ["--file": 1, "--assign": 1, "--field-separator": 1])
    ),
    (
      "jq gojq jaq",
      Interpreter(
        language: .jq, manner: .firstWord, values: ["f", "L"],
        longValues: [
          "--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2, "--indent": 1,
          "--from-file": 1,
        ])
    ),
    (
      "sed gsed",
      Interpreter(
        language: .sed, manner: .firstWord, text: ["e"], values: ["f", "l"], rests: ["i"],
        longText: ["--expression"], longValues: ["--file": 1])
    ),
    (
      "psql",
      Interpreter(
        language: .sql, manner: .option, text: ["c"],
        values: ["d", "f", "h", "p", "U", "v", "o", "F", "R", "P"], longText: ["--command"],
        goesOn: true)
    ),
    (
      "mysql mariadb",
      Interpreter(
        language: .sql, manner: .option, text: ["e"], values: ["h", "P", "u", "D", "S"],
        rests: ["p"], longText: ["--execute"], goesOn: true)
    ),
    ("sqlite3", Interpreter(language: .sql, manner: .words(behind: 1))),
    ("duckdb", Interpreter(language: .sql, manner: .option, text: ["c", "s"], goesOn: true)),
    (
      "ssh autossh rsh dbclient",
      Interpreter(
        language: .ssh, manner: .words(behind: 1),
        values: Set("bcDEeFIiJLlmOopPQRSWwB"))
    ),
    (
      "su runuser",
      Interpreter(
        language: .su, manner: .option, text: ["c"], values: ["s", "g", "G", "w", "u"],
        longText: ["--command", "--session-command"],
        longValues: ["--shell": 1, "--group": 1, "--user": 1], goesOn: true)
    ),
    (
      "flock script",
      Interpreter(
        language: .shell, manner: .option, text: ["c"], values: ["w", "E", "I", "O", "B", "T"],
        longText: ["--command"], goesOn: true)
    ),
    (
      "env",
      Interpreter(
        language: .other, manner: .option, text: ["S"], values: ["u", "C"],
        longText: ["--split-string"])
    ),
    (
      "watch",
      Interpreter(
        language: .watch, manner: .words(behind: 0), values: ["n", "q"],
        longValues: ["--interval": 1])
    ),
    ("eval parallel", Interpreter(language: .other, manner: .words(behind: 0))),
  ]
}
