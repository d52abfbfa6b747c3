import Testing
import VimapBytes

@testable import VimapJSON

@Suite("Scanner: what it accepts")
final class RecordScannerTests {
  let scanner = RecordScanner()

  private func accepts(_ bytes: Bytes) -> Bool { withView(bytes) { scanner.accepts($0) } }
  private func accepts(_ text: String) -> Bool { accepts(Bytes(text.utf8)) }

  @Test func corpusIsThere() {
    #expect(Corpus.valid.count > 50)
    #expect(Corpus.invalid.count > 100)
    #expect(Corpus.beyondJansson.count > 5)
    #expect(Corpus.bytes.count > 60)
  }

  @Test func validLines() {
    for line in Corpus.valid + [post] {
      #expect(accepts(line), "\(shown(line))")
      #expect(janssonProblem(with: line) == nil, "\(shown(line))")
    }
  }

  @Test func invalidLines() {
    for line in Corpus.invalid {
      #expect(!accepts(line), "\(shown(line))")
      #expect(janssonProblem(with: line) != nil, "\(shown(line))")
    }
  }

  @Test func texts() {
    for (text, isValid) in Corpus.bytes {
      #expect(accepts(text) == isValid, "\(text)")
      #expect((janssonProblem(with: text) == nil) == isValid, "\(text)")
    }
  }

  @Test func linesBeyondJansson() throws {
    for line in Corpus.beyondJansson {
      #expect(accepts(line), "\(shown(line))")
      let problem = try #require(janssonProblem(with: line), "\(shown(line))")
      #expect(isBeyondJansson(problem), "\(problem)")
    }
  }

  /// Every byte at every place of a word, in a string and outside of one.
  @Test func everyByteAtEveryPlace() {
    for byte in UInt8.min...UInt8.max {
      for place in 0...17 {
        var string = Bytes(repeating: UInt8(ascii: "a"), count: 18)
        string[place] = byte
        let text = [0x22] + string + Bytes(#"","b":1}"#.utf8)
        let object = Bytes("{".utf8) + text.dropLast(7) + Bytes(":1}".utf8)
        for sample in [Bytes("[".utf8) + text.dropLast(7) + Bytes("]".utf8), object] {
          // A quote or a backslash in the middle can't make any of these valid.
          let expected = byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C
          #expect(accepts(sample) == expected, "byte \(byte) at \(place)")
        }
      }
      let between = Bytes("[1,".utf8) + [byte] + Bytes("2]".utf8)
      #expect(accepts(between) == (janssonProblem(with: between) == nil), "byte \(byte)")
    }
  }

  /// Sequences of up to four bytes that are UTF-8 or nearly, at every place of sixteen bytes.
  @Test(arguments: 0..<16)
  func charactersAtEveryPlace(place: Int) {
    let following: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xE1, 0xFF]
    // What is behind the first character beyond ASCII is looked at by sixteen bytes.
    let before = Bytes("\"é".utf8) + Bytes(repeating: 0x61, count: place)
    let behind = Bytes("bcdefghijklmnopqrst\"".utf8)
    for lead in UInt8(0x80)...0xFF {
      for second in following {
        for third in following {
          for fourth in [UInt8(0x41), 0x80, 0xBF, 0xC3] {
            let text = before + [lead, second, third, fourth] + behind
            let isText = String(validating: text, as: UTF8.self) != nil
            #expect(accepts(text) == isText, "\(lead) \(second) \(third) \(fourth)")
          }
        }
      }
    }
  }

  /// Numbers of every length, so that their ends fall on every place of a word.
  @Test func longNumbers() {
    for length in 1...40 {
      let digits = String(repeating: "7", count: length)
      for tail in ["", "]", "                 "] {
        for number in [digits, "-\(digits)", "0.\(digits)", "\(digits).\(digits)", "1e-\(digits)"] {
          let open = tail == "]" ? "[" : ""
          #expect(accepts(open + number + tail), "\(number)")
          #expect(!accepts(open + number + "a" + tail), "\(number)a")
          #expect(!accepts(open + number + "." + tail), "\(number).")
          #expect(!accepts(open + number + "e" + tail), "\(number)e")
          #expect(!accepts(open + "0" + number + tail), "0\(number)")
        }
      }
    }
  }

  @Test func everyUnicodeEscape() {
    for unit in 0...0xFFFF {
      let escape = "\\u" + String(unit + 0x10000, radix: 16, uppercase: unit % 2 == 0).dropFirst()
      // A surrogate may stand alone.
      #expect(accepts("\"\(escape)\""), "\(escape)")
      #expect(accepts("\"\(escape)\\udc00\""), "\(escape) first")
      #expect(accepts("\"\\udbff\(escape)\""), "\(escape) second")
    }
  }

  /// Every byte at each of the four digits.
  @Test func everyByteInAnEscape() {
    for place in 3..<7 {
      for byte in UInt8.min...UInt8.max {
        var text = Bytes(#""\u0000 ""#.utf8)
        text[place] = byte
        let isDigit = UnicodeScalar(byte).properties.isASCIIHexDigit
        #expect(accepts(text) == isDigit, "byte \(byte) at \(place)")
      }
    }
  }

  /// All that a lead and a second byte can be, with every length of the rest.
  @Test func everyStartOfACharacter() {
    for lead in UInt8(0x80)...0xFF {
      for second in UInt8.min...UInt8.max where second != 0x22 && second != 0x5C {
        for rest in 0...2 {
          let character = [lead, second] + Bytes(repeating: 0x80, count: rest)
          let isValid = String(validating: character, as: UTF8.self) != nil
          for padding in [0, 5, 8] {
            let space = Bytes(repeating: 0x20, count: padding)
            let text = [0x22] + space + character + [0x22]
            #expect(accepts(text) == isValid, "\(text)")
            #expect(accepts(text + space) == isValid, "\(text)")
          }
        }
      }
    }
  }

  /// Both places of a pair of three-byte characters, which are looked at together.
  @Test func threeByteCharactersInPairs() {
    let good: Bytes = [0xE3, 0x81, 0x82]
    for lead in UInt8(0xE0)...0xEF {
      for second in UInt8(0x70)...0xCF {
        for third in [UInt8(0x7F), 0x80, 0xBF, 0xC0] {
          let other = [lead, second, third]
          let isValid = String(validating: other, as: UTF8.self) != nil
          for place in 0..<4 {
            var characters = Array(repeating: good, count: 5)
            characters[place] = other
            let text = [0x22] + characters.joined() + [0x22]
            #expect(accepts(text) == isValid, "\(other) at \(place)")
          }
        }
      }
    }
  }

  /// All four places of a word of two-byte characters, which are looked at together.
  @Test func twoByteCharactersInFours() {
    let good: Bytes = [0xD0, 0xB0]
    for lead in UInt8(0xBE)...0xFF {
      for second in UInt8(0x70)...0xCF {
        let other = [lead, second]
        let isValid = String(validating: other, as: UTF8.self) != nil
        for place in 0..<5 {
          var characters = Array(repeating: good, count: 6)
          characters[place] = other
          let text = [0x22] + characters.joined() + [0x22]
          #expect(accepts(text) == isValid, "\(other) at \(place)")
        }
      }
    }
  }

  @Test(arguments: [2046, 2047, 2048, 2049])
  func nesting(depth: Int) {
    func nested(_ open: String, _ inner: String, _ close: String) -> Bytes {
      Bytes(
        (String(repeating: open, count: depth) + inner + String(repeating: close, count: depth))
          .utf8)
    }
    for text in [
      nested("[", "", "]"), nested("[", "1", "]"), nested(#"{"a":"#, "1", "}"),
      nested(#"{"a":"#, "{}", "}"), nested("[", "[]", "]"), nested(#"[{"a":"#, "1", "}]"),
    ] {
      #expect(accepts(text) == (janssonProblem(with: text) == nil))
    }
  }

  @Test func deepestNesting() {
    let open = String(repeating: "[", count: 2047)
    let close = String(repeating: "]", count: 2047)
    #expect(accepts(open + "1" + close))
    #expect(accepts(open + "[]" + close))
    #expect(!accepts(open + "[1]" + close))
    #expect(!accepts(open + open + "1" + close + close))
  }

  @Test func aScannerServesManyTexts() {
    #expect(!accepts("[[[{\"a\":[{"))
    #expect(accepts("[1]"))
    #expect(!accepts("[{\"a\":[}"))
    #expect(accepts("{\"a\":[1]}"))
  }
}
