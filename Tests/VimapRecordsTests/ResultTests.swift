import Foundation
import Testing
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapKit
@testable import VimapRecords

@Suite struct ExceptionWordsTests {
  @Test(arguments: TupleFormat.allCases)
  func marksTheMessageOfAnException(_ format: TupleFormat) throws {
    let encoder = TupleEncoder(format: format, withMeta: false, fileNames: ["-"])
    let exception = RecordException(
      .exit, "with a \"quote\" and\na line", attempts: 2,
      details: [("exit_code", .number(3)), ("traceback", .text("a\nb \"c\"\n \n"))])
    var out = ByteBuffer()
    let mark = encoder.mark(exception.put(into: &out), input: 4)
    var tuple = ByteBuffer()
    encoder.encode(
      input: ByteView("1234"), output: out.view, isException: true, meta: nil
    ) { tuple.append($0) }
    let found = tuple.view.slice(mark.message.lowerBound, mark.message.count)
    #expect(found.text == #""with a \"quote\" and\na line""#)
    #expect(try JSONValue.parse(found).string == exception.message)
    #expect(
      out.view.text
        == #"{"kind":"exit","message":"with a \"quote\" and\na line","attempts":2,"exit_code":3,"#
        + #""traceback":"a\nb \"c\"\n \n"}"#)
    #expect(
      tuple.view.slice(mark.exitMessage.lowerBound, mark.exitMessage.count).text == #"b \"c\""#)
  }

  @Test(arguments: [
    (#""""#, ""), (#""a""#, "a"), (#""a\nb\n""#, "b"), (#""a\n\n \r\n""#, "a"),
    (#""\n""#, ""), (#""a\\nb""#, #"a\\nb"#), (#""x\n\"y\\\"\n""#, #"\"y\\\""#),
    (#""x\n  at y\t""#, "at y"), (#"{"a":1}"#, #"{"a":1}"#), ("7", "7"),
  ])
  func lastLines(string: String, line: String) {
    var bytes = ByteBuffer()
    bytes.append(text: string)
    let range = bytes.view.lastLineOfString
    #expect(bytes.view.slice(range.lowerBound, range.count).text == line)
  }

  private func cause(_ kind: RecordException.Kind, _ line: Int) -> FailureTally.Cause {
    FailureTally.Cause(
      kind: kind, message: "", exitMessage: "x", index: line, file: "-", line: line)
  }

  @Test func tallyKeepsTheFirstOfEachCause() {
    var tally = FailureTally()
    var asked: [Int] = []
    for line in [4, 7, 2, 9, 8, 5, 1] {
      tally.add(line == 2 ? .exit : .timeout, index: line, key: line % 5, hasExitMessage: false) {
        asked.append(line)
        return cause(.timeout, line)
      }
    }
    tally.add(.cancelled, index: 0, key: 0, hasExitMessage: false) { cause(.cancelled, 0) }
    #expect(tally.counts == [.exit: 1, .timeout: 6, .cancelled: 1])
    #expect(tally.total == 8)
    // 7 failed like 2, and 9 like 4.
    #expect(tally.first.map(\.line) == [1, 2, 4])
    #expect(asked == [4, 7, 2, 8, 5, 1])
    #expect(tally.groups == [])
  }

  @Test func tallyGroupsFewCausesHoweverManyThereAre() {
    var tally = FailureTally()
    for line in 1...1000 {
      tally.add(.exit, index: line, key: line % 100, hasExitMessage: true) { cause(.exit, line) }
    }
    #expect(tally.counts == [.exit: 1000])
    #expect(tally.groups.count == FailureTally.mostGroups)
    #expect(tally.groups.allSatisfy { $0.count == 10 })
    #expect(tally.first.map(\.line) == [1, 2, 3])
  }
}

/// A worker's writer and the parent's reader, on the same memory.
@Suite struct ResultSlabTests {
  private let slabs: ResultSlabs
  private let writer: ResultSlabWriter
  private let batch = RecordBatch()
  private let encoder = TupleEncoder(format: .pair, withMeta: false, fileNames: ["-"])
  private let sent: Announcements

  private final class Announcements {
    var messages: [FromWorker] = []
    var attached = 0
  }

  init() throws {
    slabs = ResultSlabs(
      count: 2, in: try SharedMemory(count: ResultSlabLayout.memorySize(slabs: 2)))
    writer = ResultSlabWriter(memory: slabs.memory)
    sent = Announcements()
    writer.announce = { [sent] in
      sent.messages.append($0)
      if $1 >= 0 { sent.attached += 1 }
    }
    for slab in 0..<2 {
      slabs.prepare(slab)
      writer.free(slab)
    }
    var text = ByteBuffer()
    for number in 0..<2000 { text.append(text: "\(number)\n") }
    let memory = try SharedMemory(count: text.count)
    memory.copy(text.view, to: 0)
    batch.load(
      ToWorker(kind: .batch, batch: 9, length: text.count, endRecord: 2000),
      region: memory.view(0, text.count), memory: memory, mode: InputMode(),
      scanner: RecordScanner())
  }

  @Test func aStretchIsPartOfTheRunItMakesLonger() throws {
    try add(0, "0")
    var stretch = try #require(writer.beginStretch())
    #expect(stretch.add(ByteView("[1,1]\n"), isFramed: true, to: 1, of: 9) == true)
    // Neither what is not next nor what is another batch's.
    #expect(stretch.add(ByteView("[3,3]\n"), isFramed: true, to: 3, of: 9) == false)
    #expect(stretch.add(ByteView("[2,2]\n"), isFramed: true, to: 2, of: 8) == false)
    #expect(stretch.add(ByteView("x"), isFramed: false, to: 2, of: 9) == true)
    // A worker that is killed now leaves these.
    let left = try #require(slabs.readRuns(of: 1, published: 1)).map(\.records)
    #expect(left == [0..<3])
    writer.endStretch(stretch)
    try add(3, "3")
    let run = try #require(slabs.memory.loadRun(at: ResultSlabLayout.run(0, of: 1)))
    #expect(run.records == 0..<4)
    #expect(slabs.bytes(of: run, in: 1).text == "[0,0]\n[1,1]\n\u{1}\0\0\0x[3,3]\n")
  }

  @Test func aStretchEndsWithItsSlab() throws {
    try add(0, "0")
    var stretch = try #require(writer.beginStretch())
    var large = ByteBuffer()
    large.append(text: String(repeating: "x", count: ResultSlabLayout.payloadSize - 6))
    #expect(stretch.add(large.view, isFramed: false, to: 1, of: 9) == false)
    #expect(stretch.add(large.view, isFramed: true, to: 1, of: 9) == true)
    #expect(stretch.add(ByteView("x"), isFramed: true, to: 2, of: 9) == false)
  }

  private func add(_ record: Int, _ output: String, isException: Bool = false) throws {
    let output = text(output)
    try writer.add(
      TupleAnswer(
        encoder: encoder, input: batch.bytes(of: record), output: output.bytes,
        isException: isException),
      to: AnsweredRecord(
        batch: batch.id, number: record,
        exceptionLine: isException ? batch.lineRange(of: record) : nil))
  }

  private func text(_ text: String) -> SharedBytes {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    return SharedBytes(copying: buffer.view)
  }

  private func hasRoom(_ output: String) -> Bool {
    let output = text(output)
    return writer.hasRoom(
      for: TupleAnswer(encoder: encoder, input: ByteView("1"), output: output.bytes).sizeLimit)
  }

  private func read(_ message: FromWorker?) throws -> [(run: Run, text: String)] {
    let message = try #require(message)
    let slab = Int(message.slab)
    let runs = try #require(slabs.readRuns(of: slab, published: Int(message.published)))
    return runs.map { ($0, slabs.bytes(of: $0, in: slab).text) }
  }

  @Test func answersInOrderAreOneRun() throws {
    for record in 0..<3 { try add(record, "o") }
    let results = try read(writer.announcement())
    #expect(results.count == 1)
    #expect(results.first?.run.records == 0..<3)
    #expect(results.first?.text == "[0,o]\n[1,o]\n[2,o]\n")
    #expect(writer.announcement() == nil)
  }

  @Test func whatIsAnnouncedIsNotMadeLonger() throws {
    try add(0, "a")
    let first = try read(writer.announcement())
    try add(1, "b")
    let second = try read(writer.announcement())
    #expect(first.map(\.run.records) == [0..<1])
    #expect(second.map(\.run.records) == [1..<2])
    #expect(second.map(\.text) == ["[1,b]\n"])
  }

  @Test func exceptionsStandAlone() throws {
    try add(0, "a")
    try add(1, "{}", isException: true)
    try add(2, "c")
    let results = try read(writer.announcement())
    #expect(results.map(\.run.kind) == [.outputs, .exception, .outputs])
    #expect(results[1].run.lineOffset == 2)
    #expect(results[1].run.lineLength == 1)
    #expect(results[1].text == "{\"in\":1,\"out\":{},\"type\":\"exception\"}\n")
  }

  @Test func aFullSlabIsClosedAndTheNextTaken() throws {
    let large = String(repeating: "x", count: ResultSlabLayout.payloadSize / 3)
    for record in 0..<4 {
      #expect(hasRoom(large))
      try add(record, large)
    }
    #expect(sent.messages.count == 1)
    #expect(sent.messages.first?.slabIsFull == true)
    #expect(try read(sent.messages.first).map(\.run.records) == [0..<2])
    #expect(!hasRoom(large))
    #expect(try read(writer.announcement()).map(\.run.records) == [2..<4])
  }

  @Test func aTableOfRunsCanBeFullToo() throws {
    for record in stride(from: 0, to: 2 * ResultSlabLayout.runCapacity, by: 2) {
      try add(record, "o")
    }
    #expect(sent.messages.isEmpty)
    try add(1999, "o")
    #expect(sent.messages.first?.slabIsFull == true)
    #expect(try read(sent.messages.first).count == ResultSlabLayout.runCapacity)
  }

  @Test func aTupleLargerThanASlabTravelsByItself() throws {
    try add(0, "a")
    try add(1, String(repeating: "x", count: ResultSlabLayout.payloadSize))
    #expect(sent.attached == 1)
    let message = try #require(sent.messages.first)
    let runs = try #require(slabs.readRuns(of: Int(message.slab), published: 2))
    #expect(runs.map(\.isAttached) == [false, true])
    #expect(runs[1].length == ResultSlabLayout.payloadSize + "[1,]\n".utf8.count)
  }

  @Test func whatADeadWorkerHadFinishedIsFound() throws {
    for record in 0..<3 { try add(record, "o") }
    _ = try read(writer.announcement())
    try add(3, "p")
    try add(4, "p")
    let left = slabs.salvage()
    #expect(left.flatMap(\.runs).map(\.records) == [3..<5])
    #expect(slabs.salvage().isEmpty)
  }

  @Test func nonsenseIsRefused() throws {
    try add(0, "o")
    #expect(slabs.readRuns(of: 5, published: 1) == nil)
    #expect(slabs.readRuns(of: 0, published: 100_000) == nil)
  }
}

@Suite struct TupleEncoderTests {
  private func tuple(_ format: TupleFormat, exception: Bool = false, meta: Bool = false) -> String {
    let encoder = TupleEncoder(format: format, withMeta: meta, fileNames: ["a\"b"])
    var text = ""
    encoder.encode(
      input: ByteView("1"), output: ByteView("{}"), isException: exception,
      meta: TupleMeta(index: 7, file: 0, line: 8, attempts: 2, seconds: 1.0625, worker: 3)
    ) { text += $0.text }
    let limit = TupleAnswer(encoder: encoder, input: ByteView("1"), output: ByteView("{}"))
      .sizeLimit
    #expect(text.utf8.count <= limit)
    return text
  }

  @Test func formats() {
    #expect(tuple(.object) == "{\"in\":1,\"out\":{},\"type\":\"output\"}\n")
    #expect(tuple(.array) == "[1,{},\"output\"]\n")
    #expect(tuple(.pair) == "[1,{}]\n")
    #expect(tuple(.out) == "{}\n")
    #expect(tuple(.none) == "")
    #expect(tuple(.array, exception: true) == "[1,{},\"exception\"]\n")
    for format in [TupleFormat.object, .pair, .out, .none] {
      #expect(tuple(format, exception: true) == "{\"in\":1,\"out\":{},\"type\":\"exception\"}\n")
    }
  }

  @Test func meta() {
    let meta =
      #"{"index":7,"file":"a\"b","line":8,"worker":3,"attempts":2,"seconds":1.062500}"#
    #expect(
      tuple(.object, meta: true) == "{\"in\":1,\"out\":{},\"type\":\"output\",\"meta\":\(meta)}\n")
    #expect(tuple(.array, meta: true) == "[1,{},\"output\",\(meta)]\n")
    #expect(tuple(.pair, meta: true) == "[1,{},\(meta)]\n")
    #expect(tuple(.out, meta: true) == "{}\n")
  }
}

@Suite struct RecordExceptionTests {
  @Test func numbersAreAsShortAsTheyCanBe() {
    let exception = RecordException(
      .timeout, "\"late\"", attempts: 2,
      details: [("seconds", .seconds(0.3)), ("number", .number(7)), ("text", .text("a\n"))])
    var out = ByteBuffer()
    exception.write(to: &out)
    #expect(
      out.view.text
        == #"{"kind":"timeout","message":"\"late\"","attempts":2,"seconds":0.3,"number":7,"#
        + #""text":"a\n"}"#)
  }
}

@Suite struct ResultSinkTests {
  private func piece(_ text: String) -> ResultPiece {
    var buffer = ByteBuffer()
    buffer.append(text: text)
    let bytes = SharedBytes(copying: buffer.view)
    return ResultPiece(
      bytes: bytes.bytes, kind: .outputs, source: .own(bytes), batch: 0,
      records: 0..<1)
  }

  @Test func aPipeThatIsFullIsWaitedForWithoutBlocking() throws {
    let pipe = try VimapSystem.Pipe()
    let sink = try ResultSink(descriptor: pipe.writing.number)
    let large = String(repeating: "x", count: 3 << 20)
    var done = 0
    sink.add(piece(large))
    sink.add(piece("end\n"))
    try sink.flush { _ in done += 1 }
    #expect(sink.isWaiting)
    #expect(done == 0)
    var received = ByteBuffer()
    while sink.isWaiting {
      _ = try Descriptor.read(pipe.reading.number, into: &received, limit: 1 << 20)
      try sink.flush { _ in done += 1 }
    }
    while received.count < large.utf8.count + 4 {
      _ = try Descriptor.read(pipe.reading.number, into: &received, limit: 1 << 20)
    }
    #expect(done == 2)
    #expect(received.view.text == large + "end\n")
  }
}

@Suite struct ResultFlowTests {
  @Test func whatIsSpilledIsCopiedBeforeItsSlabIsLetGo() throws {
    let pipe = try VimapSystem.Pipe()
    let sink = try ResultSink(descriptor: pipe.writing.number)
    var configuration = PoolConfiguration(jobs: 2)
    configuration.keepsOrder = true
    let flow = ResultFlow(
      configuration, target: TupleTarget(.object, results: sink, exceptions: sink))
    let slab = try SharedMemory(count: 64)
    slab.copy(ByteView("second\n"), to: 0)
    // A worker that is given its slab back writes to it at once.
    flow.onRelease = { _, _ in slab.copy(ByteView("xxxxxxx"), to: 0) }
    flow.expect(batch: 0, records: 1)
    flow.expect(batch: 1, records: 1)
    flow.add(
      ResultPiece(
        bytes: slab.view(0, 7), kind: .outputs, source: .slab(slot: 0, slab: 0), batch: 1,
        records: 0..<1))
    flow.spill(0, limit: nil)
    var first = ByteBuffer()
    first.append("first\n")
    flow.add(SharedBytes(copying: first.view), .outputs, batch: 0, record: 0)
    try flow.flush()
    var received = ByteBuffer()
    _ = try Descriptor.read(pipe.reading.number, into: &received, limit: 100)
    #expect(received.view.text == "first\nsecond\n")
    #expect(flow.outputs == 2)
  }

  @Test func resultsInFilesThatWaitForTheirTurnHoldUpTheReading() throws {
    let pipe = try VimapSystem.Pipe()
    let sink = try ResultSink(descriptor: pipe.writing.number)
    var configuration = PoolConfiguration(jobs: 2)
    configuration.keepsOrder = true
    configuration.window = 10
    let flow = ResultFlow(
      configuration, target: TupleTarget(.object, results: sink, exceptions: sink))
    for batch in 0..<2 as Range<UInt64> { flow.expect(batch: batch, records: 1) }
    let file = try SharedMemory(count: 10)
    file.copy(ByteView("987654321\n"), to: 0)
    flow.add(
      ResultPiece(
        bytes: file.view(0, 10), kind: .outputs, source: .file(file), batch: 1, records: 0..<1))
    #expect(flow.isClogged)
    var first = ByteBuffer()
    first.append("0\n")
    flow.add(SharedBytes(copying: first.view), .outputs, batch: 0, record: 0)
    try flow.flush()
    #expect(!flow.isClogged)
  }
}

@Suite struct BlockArenaTests {
  @Test func bytesThatAreKeptStay() {
    var arena = BlockArena()
    var kept: [(JSONLine, StayingBytes)] = []
    for number in 0..<100 {
      let line = JSONLine(String(repeating: "\(number)", count: 1 + 400 * number))
      kept.append((line, arena.place(line.bytes)))
    }
    for (line, place) in kept {
      #expect(place.block.bytes.slice(place.offset, line.count) == line.bytes)
    }
  }

  @Test func oneBlockServesWhereNothingIsKept() {
    var arena = BlockArena()
    let block = ObjectIdentifier(arena.place(ByteView("first")).block)
    for _ in 0..<10 {
      let place = arena.place(ByteView("next"))
      #expect(place.offset == 0)
      #expect(ObjectIdentifier(place.block) == block)
    }
  }
}
