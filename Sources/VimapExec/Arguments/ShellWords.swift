/// The words of a shell's text, as far as they can be told without a shell: enough to look for
/// something in them, and not to run them.
enum ShellWords {
  /// The simple commands, each with its words; without assignments, and the words of the grammar.
  static func commands(of text: String) -> [[String]] {
    var commands: [[String]] = []
    var words: [String] = []
    var word: String?
    var quote: Character?
    func endWord() {
      if let done = word, !(words.isEmpty && isNoCommand(done)) { words.append(done) }
      word = nil
    }
    func endCommand() {
      endWord()
      if !words.isEmpty { commands.append(words) }
      words = []
    }
    var rest = text[...]
    while let character = rest.popFirst() {
      if let open = quote {
        if character == open {
          quote = nil
        } else if character == "\\", open == "\"", let next = rest.popFirst() {
          word?.append(next)
        } else {
          word?.append(character)
        }
        continue
      }
      switch character {
      case "'", "\"":
        quote = character
        word = word ?? ""
      case "\\": if let next = rest.popFirst() { word = (word ?? "") + String(next) }
      case " ", "\t": endWord()
      case "\n", ";", "|", "&", "(", ")", "`": endCommand()
      case "#" where word == nil: rest = rest.drop { $0 != "\n" }
      default: word = (word ?? "") + String(character)
      }
    }
    endCommand()
    return commands
  }

  /// Whether a word that stands first is none of a command's.
  private static func isNoCommand(_ word: String) -> Bool {
    word.isAssignment || grammar.contains(word)
  }

  private static let grammar: Set<String> = [
    "if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "{",
    "}", "!",
  ]
}
