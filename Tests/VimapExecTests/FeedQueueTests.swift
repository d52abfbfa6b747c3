import Testing
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapExec
@testable import VimapKit
@testable import VimapRecords

/// A command as a queue sees it: it reads lines, keeps its answers to itself until it has some
/// number of them or its input ends, and dies of certain records with what it has kept.
private struct FakeCommand {
  var fatal: Set<String>
  var buffer: Int
  var kept: [String] = []

  /// Reads some lines; the answers it gives, and whether it has died.
  mutating func read(_ lines: [String], isEnd: Bool) -> (answers: [String], died: Bool) {
    var answers: [String] = []
    for line in lines {
      if fatal.contains(line) {
        kept = []
        return (answers, true)
      }
      kept.append(line)
      if kept.count >= buffer {
        answers += kept
        kept = []
      }
    }
    if isEnd {
      answers += kept
      kept = []
    }
    return (answers, false)
  }
}

@Suite struct FeedQueueTests {
  private func batch(_ lines: [String], first: Int = 0) throws -> RecordBatch {
    var text = ByteBuffer()
    for line in lines { text.append(text: line + "\n") }
    let memory = try SharedMemory(count: text.count)
    memory.copy(text.view, to: 0)
    let batch = RecordBatch()
    batch.load(
      ToWorker(
        kind: .batch, length: text.count, firstRecord: first, endRecord: lines.count, index: 1),
      region: memory.view(0, text.count), memory: memory, mode: InputMode(),
      scanner: RecordScanner())
    return batch
  }

  private func feed(_ queue: FeedQueue, _ scratch: inout ByteBuffer) -> [String] {
    var lines: [String] = []
    while let bytes = queue.nextBytes(&scratch) {
      lines += bytes.text.split(separator: "\n").map(String.init)
    }
    return lines
  }

  @Test func feedsWholeBatchesAndPassesBadLinesBy() throws {
    var scratch = ByteBuffer()
    var finished = 0
    let queue = FeedQueue(.records) { _ in finished += 1 }
    queue.add(try batch(["1", "2"]))
    queue.add(try batch(["3", "x", "4"], first: 0))
    #expect(feed(queue, &scratch) == ["1", "2", "3", "4"])
    #expect(queue.owed == 4)
    #expect(queue.nextRefused == nil)
    queue.answerNext(byCommand: true)
    queue.answerNext(byCommand: true)
    #expect(finished == 1)
    queue.answerNext(byCommand: true)
    #expect(queue.nextRefused?.record == 1)
    queue.answerNext(byCommand: false)
    #expect(queue.owed == 1)
    queue.answerNext(byCommand: true)
    #expect(finished == 2)
    #expect(queue.isEmpty)
  }

  @Test func nothingAnswersARecordThatIsNotAllThere() throws {
    var scratch = ByteBuffer()
    let queue = FeedQueue(.records)
    queue.add(try batch(["100", "200", "300"]))
    let fed = queue.nextBytes(&scratch)
    let bytes = try #require(fed)
    // As far as the second record's last digit, and as far as its line feed.
    for (written, whole) in [(0, 0), (3, 0), (4, 1), (6, 1), (7, 1), (8, 2), (12, 3)] {
      let missing = bytes.slice(written)
      #expect(queue.owedExtent(missing: missing)?.records.count ?? 0 == whole)
      #expect(queue.hasNext(missing: missing) == (whole > 0))
    }
    // What lies elsewhere says nothing of it.
    #expect(queue.hasNext(missing: ByteView("x")))
  }

  @Test func answersOfAnExtentGoAsFarAsRecordsAreFedAndAlike() throws {
    var scratch = ByteBuffer()
    var finished = 0
    let queue = FeedQueue(.records) { _ in finished += 1 }
    queue.add(try batch(["1", "2", "3"], first: 1))
    #expect(queue.owedExtent(missing: .empty) == nil)
    #expect(feed(queue, &scratch) == ["2", "3"])
    queue.add(try batch(["4", "x"]))
    #expect(queue.owedExtent(missing: .empty)?.records == 1..<3)
    queue.answerExtent(1)
    #expect(queue.owedExtent(missing: .empty)?.records == 2..<3)
    #expect((queue.owed, queue.answerCount, finished) == (1, 1, 0))
    queue.answerExtent(0)
    queue.answerExtent(1)
    #expect((queue.owed, queue.answerCount, finished) == (0, 2, 1))
    // With a record among them that is no JSON, each is looked at.
    #expect(feed(queue, &scratch) == ["4"])
    #expect(queue.owedExtent(missing: .empty) == nil)
  }

  @Test func suspectsAreNotAnExtent() throws {
    let queue = FeedQueue(.records)
    var scratch = ByteBuffer()
    queue.add(try batch(["1", "2"]))
    #expect(feed(queue, &scratch) == ["1", "2"])
    #expect(queue.owedExtent(missing: .empty)?.records == 0..<2)
    #expect(!queue.commandDied(.oneByOne, leftInput: false))
    #expect(feed(queue, &scratch) == ["1"])
    #expect(queue.owedExtent(missing: .empty) == nil)
  }

  @Test func aPartOfABatchIsFedFromItsFirstRecordOn() throws {
    let queue = FeedQueue(.records)
    var scratch = ByteBuffer()
    queue.add(try batch(["1", "2", "3"], first: 1))
    #expect(feed(queue, &scratch) == ["2", "3"])
    #expect(queue.next?.record == 1)
  }

  /// Runs records through a queue and a command that dies; which records were found to be the cause, and how
  /// often the command was started.
  private func play(
    records: Int, fatal: Set<String>, buffer: Int, batchSize: Int, prompt: Bool
  ) throws -> (found: [String], answered: [String], starts: Int) {
    let queue = FeedQueue(.records)
    var scratch = ByteBuffer()
    var next = 1
    while next <= records {
      let end = min(records, next + batchSize - 1)
      queue.add(try batch((next...end).map(String.init)))
      next = end + 1
    }
    var found: [String] = []
    var answered: [String] = []
    var starts = 0
    while !queue.isEmpty, starts < 10_000 {
      starts += 1
      var command = FakeCommand(fatal: fatal, buffer: buffer)
      while !queue.isEmpty {
        let lines = feed(queue, &scratch)
        // As the supervisor does: the input is ended where answers might be kept back.
        let isEnd = !prompt && (queue.isGroupFed || !queue.canFeed)
        let (answers, died) = command.read(lines, isEnd: isEnd)
        for answer in answers {
          let (batch, record) = try #require(queue.next)
          #expect(batch.bytes(of: record).text == answer)
          answered.append(answer)
          queue.answerNext(byCommand: true)
        }
        guard died else {
          if isEnd {
            #expect(!queue.commandDied(prompt ? .oneByOne : .byHalves, leftInput: false))
            break
          }
          continue
        }
        if queue.commandDied(prompt ? .oneByOne : .byHalves, leftInput: false) {
          let (batch, record) = try #require(queue.next)
          found.append(batch.bytes(of: record).text)
          queue.answerNext(byCommand: true)
        }
        break
      }
    }
    #expect(queue.owed == 0)
    return (found, answered, starts)
  }

  @Test(arguments: [1, 7, 50, 100])
  func onlyTheRecordThatKillsIsFound(poison: Int) throws {
    for (buffer, prompt) in [(1, true), (1, false), (13, false), (1000, false)] {
      let result = try play(
        records: 100, fatal: ["\(poison)"], buffer: buffer, batchSize: 9, prompt: prompt)
      #expect(result.found == ["\(poison)"])
      let innocent = (1...100).filter { $0 != poison }.map { "\($0)" }
      #expect(result.answered == innocent)
    }
  }

  @Test func severalKillersAreAllFound() throws {
    let fatal: Set = ["1", "2", "50", "51", "99", "100"]
    for (buffer, prompt) in [(1, true), (64, false)] {
      let result = try play(
        records: 100, fatal: fatal, buffer: buffer, batchSize: 100, prompt: prompt)
      #expect(Set(result.found) == fatal)
      #expect(result.answered.count == 94)
    }
  }

  @Test func aKillerAmongManyIsFoundWithFewStarts() throws {
    let prompt = try play(
      records: 4000, fatal: ["1777"], buffer: 1, batchSize: 500, prompt: true)
    #expect(prompt.starts <= 3)
    let buffering = try play(
      records: 4000, fatal: ["1777"], buffer: 100_000, batchSize: 500, prompt: false)
    #expect(buffering.starts <= 30)
  }

  @Test func aRecordThatWasNeverReadIsNotTheCause() throws {
    let queue = FeedQueue(.records)
    var scratch = ByteBuffer()
    queue.add(try batch(["1"]))
    #expect(feed(queue, &scratch) == ["1"])
    #expect(!queue.commandDied(.oneByOne, leftInput: true))
    #expect(feed(queue, &scratch) == ["1"])
    #expect(queue.commandDied(.oneByOne, leftInput: false))
  }

  /// Whatever a command has answered before it dies, the next is fed the others, each once.
  @Test(arguments: [false, true], 0..<16)
  func whatIsAnsweredBeforeADeathIsNotFedAgain(isEnveloped: Bool, answered: Int) throws {
    let rule = isEnveloped ? nil : try MatchRule(".")
    let queue = FeedQueue(isEnveloped ? .envelope : .records, match: rule)
    queue.add(try batch(["0", "1", "nonsense", "3"]))
    queue.add(try batch(["4"]))
    var scratch = ByteBuffer()
    let fed = feed(queue, &scratch)
    #expect(fed.count == 4)
    var left: [Int] = []
    for (bit, position) in [0, 1, 3, 4].reversed().enumerated() {
      if answered & 1 << bit == 0 {
        left.insert(position, at: 0)
      } else {
        queue.answer(position + 1)
        while queue.nextRefused != nil { queue.answerNext(byCommand: false) }
      }
    }
    #expect(queue.owed == left.count)
    queue.takeBack()
    let again = feed(queue, &scratch)
    let words = left.map { isEnveloped ? "{\"id\":\($0 + 1),\"in\":\($0)}" : "\($0)" }
    #expect(again == words)
    #expect(queue.owed == left.count)
    #expect(!queue.hasUnfed)
    for position in left.reversed() {
      queue.answer(position + 1)
      while queue.nextRefused != nil { queue.answerNext(byCommand: false) }
    }
    while queue.nextRefused != nil { queue.answerNext(byCommand: false) }
    #expect(queue.isEmpty && queue.owed == 0)
  }
}
