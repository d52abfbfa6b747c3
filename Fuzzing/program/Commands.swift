import Glibc
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapExec

private let scanner = RecordScanner()

/// What an envelope brings is JSON that stands in it.
func fuzzEnvelope(_ line: ByteView) {
  let answer = EnvelopeAnswer(line) { scanner.problem(with: $0) }
  switch answer.content {
  case .output(let value), .exception(let value):
    promise(answer.id != nil, "an answer to nothing")
    promise(scanner.problem(with: value) == nil, "an output that is no JSON")
    promise(scanner.problem(with: line.trimmed()) == nil, "an envelope that is no JSON")
  case .invalid(let reason):
    promise(!reason.isEmpty, "no reason")
  }
  _ = EnvelopeAnswer(tooLong: line, limit: 10)
}

/// However a command's words come through its pipe, they are the same answers: the lines, or what is
/// between two lines that end one. The first byte says how long an answer may be and how much is
/// written at once.
func fuzzAnswers(_ input: ByteView) {
  guard input.count > 1, var pipe = try? Pipe().ends(), let reading = pipe.reading?.number else {
    return
  }
  let longest = Int(input[0] & 15) + 1
  let step = Int(input[0] >> 4) + 1
  let words = input.slice(1).head(4096)
  let reader = AnswerReader(longest: longest, endMark: input[0] & 1 == 1 ? "." : nil)
  var taken = 0
  var offset = 0
  while true {
    while let answer = reader.next() {
      switch answer {
      case .whole(let text): promise(text.count <= longest, "longer than it may be")
      case .tooLong(_, isEnded: false): return
      case .tooLong: break
      }
      reader.take()
      taken += 1
    }
    if reader.isAtEnd { break }
    if offset < words.count {
      let piece = words.slice(offset, min(step, words.count - offset))
      if let writing = pipe.writing?.number {
        piece.withUnsafeBytes { _ = write(writing, $0.baseAddress, $0.count) }
      }
      offset += piece.count
    } else {
      pipe.writing = nil
    }
    guard (try? reader.read(from: reading)) != nil else { return }
  }
  if input[0] & 1 == 0 {
    let ends = words.withUnsafeBytes { bytes in bytes.reduce(0) { $0 + ($1 == 10 ? 1 : 0) } }
    promise(taken == ends, "\(taken) answers of \(ends) lines")
  }
}
