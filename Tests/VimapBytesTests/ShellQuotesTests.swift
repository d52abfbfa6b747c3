import Testing
import VimapBytes

/// `ShellLineTests` has shells read them.
@Suite("Words that are to be pasted into a shell") struct ShellQuotesTests {
  @Test(arguments: [
    ("a/b-c:8,d@e%20+", "a/b-c:8,d@e%20+"), ("", "''"), ("it's", #"'it'\''s'"#),
    ("http://h/?a=1&b", "'http://h/?a=1&b'"), ("a\u{1B}", #"'a'"$(printf '\033')"''"#),
  ])
  func words(_ text: String, _ word: String) {
    #expect(text.quotedForShell() == word)
  }

  @Test func whatIsCutIsAWordToo() {
    #expect("it's long".quotedForShell(atMost: 4) == #"'it'\''s…'"#)
    #expect("it's".quotedForShell(atMost: 4) == #"'it'\''s'"#)
    #expect("e\u{301}x".quotedForShell(atMost: 1) == "'e…'")
  }
}

@Suite struct PlainNumberTests {
  @Test(arguments: [
    (3, "3"), (0.25, "0.25"), (-2, "-2"),
    (1e15, "1000000000000000"), (1e17, "1e+17"), (.infinity, "inf"), (.nan, "nan"),
  ])
  func wholeNumbersHaveNoPoint(_ number: Double, _ text: String) {
    #expect(number.plainText == text)
  }
}
