import Testing
import VimapBytes
import VimapSystem

@testable import VimapExec

@Suite struct AnswerReaderTests {
  /// What a reader makes of text that comes in pieces, and ends or not.
  private func answers(
    _ pieces: [String], longest: Int = 100, endMark: String? = nil, ends: Bool = true
  ) throws -> [String] {
    let pipe = try Pipe()
    try Descriptor.setNonblocking(pipe: pipe.reading.number)
    let reader = AnswerReader(longest: longest, endMark: endMark)
    var answers: [String] = []
    func note(_ answer: AnswerReader.Answer) {
      switch answer {
      case .whole(let text): answers.append(text.text)
      case .tooLong(let head, let isEnded):
        answers.append("too long: \(head.head(4).text)" + (isEnded ? "" : "…"))
      }
    }
    for piece in pieces {
      var buffer = ByteBuffer()
      buffer.append(text: piece)
      try Descriptor.writeAll(pipe.writing.number, buffer.view)
      while try reader.read(from: pipe.reading.number) {}
      let count = reader.wholeCount
      var taken = 0
      while let answer = reader.next() {
        note(answer)
        if case .tooLong(_, isEnded: false) = answer { return answers }
        reader.take()
        taken += 1
        #expect(reader.wholeCount == count - taken)
      }
    }
    if ends, let last = reader.unfinishedLine() { note(last) }
    return answers
  }

  @Test func lines() throws {
    #expect(try answers(["1\n2", "2\n\n3\n"]) == ["1", "22", "", "3"])
  }

  @Test func aLastLineWithoutLineFeed() throws {
    #expect(try answers(["1\n2"]) == ["1", "2"])
    #expect(try answers(["1\n2"], ends: false) == ["1"])
    #expect(try answers(["1\n"]) == ["1"])
  }

  @Test func linesThatAreTooLong() throws {
    let long = String(repeating: "7", count: 200)
    #expect(try answers(["1\n\(long)\n3\n"]) == ["1", "too long: 7777", "3"])
    #expect(try answers(["1\n\(long)", "3\n"]) == ["1", "too long: 7777…"])
    #expect(try answers([String(repeating: "7", count: 100) + "\n"]).first?.count == 100)
  }

  @Test func linesUpToAMark() throws {
    let pieces = ["a\nb\n@", "@\n@@\nc\n@@x\n", "@@\r\nd\n"]
    #expect(try answers(pieces, endMark: "@@") == ["a\nb\n", "", "c\n@@x\n"])
  }

  @Test func anAnswerWithoutItsMarkIsNone() throws {
    #expect(try answers(["a\n@"], endMark: "@@") == [])
    #expect(try answers(["a\n"], endMark: "@@") == [])
    #expect(try answers(["1\n@@\na\n@@"], endMark: "@@") == ["1\n", "a\n"])
  }

  @Test func whatIsBehindWholeAnswersIsAPart() throws {
    let pipe = try Pipe()
    try Descriptor.setNonblocking(pipe: pipe.reading.number)
    for (endMark, text) in [(nil, "1\n2"), ("@@", "1\n@@\n2\n")] as [(String?, String)] {
      let reader = AnswerReader(longest: 100, endMark: endMark)
      var buffer = ByteBuffer()
      buffer.append(text: text)
      try Descriptor.writeAll(pipe.writing.number, buffer.view)
      _ = try reader.read(from: pipe.reading.number)
      #expect(reader.wholeCount == 1)
      #expect(reader.hasPart)
      while let line = reader.takeLine() { #expect(!line.isEmpty) }
    }
  }
}

@Suite struct TimingTests {
  @Test func aStallIsLookedAtAtGrowingIntervals() {
    let stall = StallDetector()
    stall.noteAnswer(0)
    #expect(stall.check(.milliseconds(10)) { true } == nil)
    #expect(stall.check(.milliseconds(20)) { true } == .wantsMore)
    #expect(stall.check(.milliseconds(30)) { true } == nil)
    #expect(stall.check(.milliseconds(60)) { true } == .wantsMore)
    #expect(stall.nextCheck == .milliseconds(140))
  }

  @Test func aCommandThatHasNotReadItsInputIsLeftInPeace() {
    let stall = StallDetector()
    stall.noteAnswer(0)
    for second in 1...60 {
      #expect(stall.check(.seconds(Double(second))) { false } == nil)
      #expect(stall.nextCheck > .seconds(Double(second)))
    }
    // Once it has, its silence counts from there.
    #expect(stall.check(.seconds(61)) { true } == .wantsMore)
    #expect(stall.check(.seconds(65)) { true } == .wantsMore)
    #expect(stall.check(.seconds(66)) { true } == .stalled)
  }

  @Test func aCommandThatIsAlwaysAtWorkIsNotBelievedForEver() {
    let stall = StallDetector()
    stall.noteRecords(0)
    // More records do not make it answer.
    for second in 1..<10 {
      stall.noteRecords(.seconds(Double(second)))
      #expect(!stall.isVeryLong(.seconds(Double(second))))
    }
    #expect(stall.isVeryLong(.seconds(10)))
    stall.noteAnswer(.seconds(11))
    #expect(!stall.isVeryLong(.seconds(20)))
  }

  @Test func aLongStallIsToldOnce() {
    let stall = StallDetector()
    stall.noteAnswer(0)
    #expect(stall.check(.seconds(1)) { true } == .wantsMore)
    #expect(stall.check(.seconds(6)) { true } == .stalled)
    stall.noteAnswer(.seconds(7))
    #expect(stall.check(.seconds(20)) { true } == .wantsMore)
    #expect(stall.check(.seconds(40)) { true } == .wantsMore)
  }

  @Test func restartsAreSlowedDownOnlyWhenTheyAreInVain() {
    let pause = RestartPause()
    for _ in 0..<24 { pause.died(at: 1000) }
    #expect(pause.isOver(1000))
    pause.died(at: 1000)
    #expect(!pause.isOver(1000))
    pause.hasAnswered()
    pause.died(at: 2000)
    #expect(pause.isOver(2000))
  }
}
