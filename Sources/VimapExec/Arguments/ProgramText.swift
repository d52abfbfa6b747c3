/// An argument that a program reads as text of a program: what is filled in there is run.
package struct ProgramText: Equatable {
  /// What the text is written in, which says how values are best given to it.
  package enum Language: Sendable {
    case shell, python, perl, ruby, node, php, awk, jq, sed, sql
    /// A shell's on another machine, which all words are put together for.
    case ssh
    /// A shell's, of another user.
    case su
    /// A shell's, which all words are put together for.
    case watch
    case other
  }

  /// The number of the argument, from 0.
  package let argument: Int
  /// What it is written in.
  package let language: Language
  /// The program that reads it, as it was typed.
  package let program: String

  /// The arguments of a command that are read as text of a program.
  package static func find(in words: [String]) -> [ProgramText] {
    var found: [ProgramText] = []
    let programs = ProgramPlaces.find(in: words)
    for place in words.indices {
      guard let interpreter = Interpreter.named(ProgramPlaces.baseName(words[place])) else {
        continue
      }
      // Behind a word that only looks like a program, an option still says that it is one.
      switch interpreter.manner {
      case .firstWord, .words: if !programs.contains(place) { continue }
      case .option, .wordIfOption: break
      }
      for text in interpreter.texts(in: words, behind: place)
      where !found.contains(where: { $0.argument == text }) {
        found.append(
          ProgramText(argument: text, language: interpreter.language, program: words[place]))
      }
    }
    return found
  }
}

/// Which words of a command are programs: the first, and what programs such as env(1) start.
enum ProgramPlaces {
  /// Programs that start the one behind their options, the letters of those options that have
  /// values, and how many words come before it.
  private static let starters: [String: (values: String, words: Int)] = [
    "env": ("uC", 0), "nohup": ("", 0), "nice": ("n", 0), "ionice": ("cn", 0), "setsid": ("", 0),
    "timeout": ("sk", 1), "stdbuf": ("ioe", 0), "sudo": ("ugpCcrthTUDR", 0), "doas": ("uC", 0),
    "xargs": ("aEILnPsd", 0), "time": ("fo", 0), "chrt": ("", 1), "taskset": ("", 1),
    "chroot": ("", 1), "busybox": ("", 0), "unbuffer": ("", 0), "command": ("", 0),
    "exec": ("a", 0), "flock": ("wE", 1), "unshare": ("", 0), "catchsegv": ("", 0),
    "proxychains": ("f", 0), "faketime": ("", 1), "strace": ("eopPsuE", 0), "ltrace": ("eonsu", 0),
  ]

  static func baseName(_ word: String) -> String {
    String(word[(word.lastIndex(of: "/").map { word.index(after: $0) } ?? word.startIndex)...])
  }

  static func find(in words: [String]) -> Set<Int> {
    var found: Set<Int> = []
    var place = words.startIndex
    while place < words.endIndex {
      found.insert(place)
      guard let (values, before) = starters[baseName(words[place])] else { break }
      place = next(words, from: place + 1, Set(values), before)
    }
    // find(1) starts what is behind some of its options.
    if let first = words.first, baseName(first) == "find" {
      for place in words.indices.dropFirst()
      where ["-exec", "-execdir", "-ok", "-okdir"].contains(words[place - 1]) {
        found.insert(place)
      }
    }
    return found
  }

  private static func next(
    _ words: [String], from start: Int, _ values: Set<Character>, _ before: Int
  ) -> Int {
    var (place, before) = (start, before)
    while place < words.endIndex {
      let word = words[place]
      if word == "--" { return place + 1 + before }
      if word.hasPrefix("-"), word.count > 1 {
        if word.count == 2, let letter = word.last, values.contains(letter) { place += 1 }
      } else if !word.isAssignment {
        if before == 0 { return place }
        before -= 1
      }
      place += 1
    }
    return place
  }
}

extension String {
  /// Whether it is `NAME=VALUE`.
  var isAssignment: Bool {
    guard let equals = firstIndex(of: "="), equals > startIndex else { return false }
    return self[..<equals].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

extension Interpreter {
  /// The words that are text of a program, by number.
  fileprivate func texts(in words: [String], behind program: Int) -> [Int] {
    var texts: [Int] = []
    var (place, plainWords) = (program + 1, 0)
    var (isAsked, hasFile) = (false, false)
    while place < words.endIndex {
      let word = words[place]
      if word == "--" {
        place += 1
        continue
      }
      if word.hasPrefix("--") {
        let name = word.prefix { $0 != "=" }
        let isWhole = name == word
        if longText.contains(name) {
          if isWhole { place += 1 }
          if place < words.endIndex { texts.append(place) }
        } else if let count = longValues[name] {
          if name.hasSuffix("file") { hasFile = true }
          if isWhole || count > 1 { place += count }
        }
      } else if (word.hasPrefix("-") || word.hasPrefix("+")), word.count > 1 {
        var rest = word.dropFirst()
        while let letter = rest.popFirst() {
          if text.contains(letter) {
            isAsked = true
            if case .wordIfOption = manner { continue }
            if rest.isEmpty { place += 1 }
            if place < words.endIndex { texts.append(place) }
            break
          }
          if values.contains(letter) {
            if letter == "f" { hasFile = true }
            if rest.isEmpty { place += 1 }
            break
          }
          if rests.contains(letter) { break }
        }
      } else {
        switch manner {
        case .option: if !goesOn { return texts }
        case .wordIfOption: return isAsked ? texts + [place] : texts
        case .firstWord: return isAsked || hasFile || !texts.isEmpty ? texts : [place]
        case .words(let before):
          if plainWords >= before { return texts + Array(place..<words.endIndex) }
        }
        plainWords += 1
      }
      place += 1
    }
    return texts
  }
}
