import Foundation
import Synchronization
import Testing
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapKit
@testable import VimapRecords

/// Reads whole files through ``RecordReader`` and shows what it cut.
private struct Reading {
  var texts: [String] = []
  var places: [InputPlace] = []
  var rejected: [Int] = []
  var refused: [SystemError] = []
  var discarded = ""
  var problems: [InputProblem] = []

  init(
    _ contents: [String], mode: InputMode = InputMode(), slabSize: Int = 1 << 10,
    records: Int = 3
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("vimap-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files: [InputFile] = []
    for (index, content) in contents.enumerated() {
      let file = folder.appendingPathComponent("\(index)")
      try Data(content.utf8).write(to: file)
      files.append(.path(file.path))
    }
    files.append(.path(folder.path))

    let slabs = try InputSlabs(count: 4, size: slabSize)
    let reader = RecordReader(files: files, mode: mode, slabs: slabs)
    var discarded = ""
    var problems: [InputProblem] = []
    reader.onDiscard = { discarded += $0?.text ?? "|" }
    reader.inputs.onProblem = { problems.append($0) }
    loop: while true {
      switch try reader.cut(records: records) {
      case .batch(let batch):
        texts.append(try batch.withBytes(0..<batch.length, in: slabs) { $0.text })
        places.append(batch.place)
        if batch.file == nil { slabs.letGo(Int(batch.slab)) }
      case .rejected(let line):
        rejected.append(line.length)
        switch line.reason {
        case .notKept(let problem), .torn(let problem): refused.append(problem)
        case .tooLong, .unplaced: break
        }
        places.append(line.place)
      case .ended: break loop
      case .more: continue
      case .waiting, .noSlab: Issue.record("a file makes nobody wait")
      }
    }
    self.discarded = discarded
    self.problems = problems
  }
}

@Suite struct RecordReaderTests {
  @Test func filesInTheirOrder() throws {
    let reading = try Reading(["1\n2\n3\n4\n", "", "5"])
    #expect(reading.texts == ["1\n2\n3\n", "4\n", "5\n"])
    #expect(
      reading.places == [
        InputPlace(index: 1, line: 1, file: 0), InputPlace(index: 4, line: 4, file: 0),
        InputPlace(index: 5, line: 1, file: 2),
      ])
  }

  @Test func aFolderIsAProblemAndNotTheEnd() throws {
    let reading = try Reading(["1"])
    #expect(reading.problems.count == 1)
    #expect(reading.problems.first?.isUnreadable == true)
  }

  @Test func linesAcrossSlabs() throws {
    let lines = (0..<500).map { "\($0)" + String(repeating: "x", count: $0 % 37) }
    let reading = try Reading([lines.joined(separator: "\n")], slabSize: 1 << 16, records: 7)
    #expect(reading.texts.joined() == lines.joined(separator: "\n") + "\n")
    #expect(reading.texts.allSatisfy { $0.split(separator: "\n").count <= 7 })
  }

  @Test(arguments: [100, 1022, 1023, 1024, 1025, 5000])
  func linesLongerThanASlab(length: Int) throws {
    let long = String(repeating: "7", count: length)
    let reading = try Reading(["1\n\(long)\n3\n\(long)"], records: 1)
    #expect(reading.texts == ["1\n", long + "\n", "3\n", long + "\n"])
    #expect(reading.places.map(\.line) == [1, 2, 3, 4])
  }

  @Test(arguments: [100, 1022, 1023, 1024, 1025, 5000])
  func linesLongerThanARecord(length: Int) throws {
    let long = String(repeating: "7", count: length)
    let reading = try Reading(
      ["1\n\(long)\n3\n\(long)"], mode: InputMode(longestRecord: 99), records: 1)
    #expect(reading.texts == ["1\n", "3\n"])
    #expect(reading.rejected == [length, length])
    #expect(reading.refused == [])
    #expect(reading.discarded == "\(long)|\(long)|")
    #expect(reading.places.map(\.index) == [1, 2, 3, 4])
  }

  /// Lines without end, blank lines and empty files: whoever waits for the reader gets a turn.
  @Test(arguments: ["\n", " ", "0"], [InputMode(), InputMode(longestRecord: 99)])
  func nobodyWaitsForLong(text: String, mode: InputMode) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("vimap-\(UUID().uuidString)")
    try Data(String(repeating: text, count: 9 << 20).utf8).write(to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let slabs = try InputSlabs(count: 4, size: 256 << 10)
    let reader = RecordReader(files: [.path(folder.path)], mode: mode, slabs: slabs)
    var turns = 0
    while case .more = try reader.cut(records: 1) {
      turns += 1
      #expect(reader.inputs.bytesRead <= turns * (2 << 20))
    }
    #expect(turns >= 4)
  }

  @Test func filesAreOpenedOneAfterTheOther() throws {
    let slabs = try InputSlabs(count: 4, size: 256 << 10)
    let files = Array(repeating: InputFile.path("/no/such/file"), count: 1000)
    let reader = RecordReader(files: files, mode: InputMode(), slabs: slabs)
    var problems = 0
    reader.inputs.onProblem = { _ in problems += 1 }
    guard case .more = try reader.cut(records: 1) else {
      Issue.record("all files are opened at once")
      return
    }
    #expect(problems < 100)
    while case .more = try reader.cut(records: 1) {}
    #expect(problems == 1000)
  }

  @Test(arguments: ["memfd_create", "write"])
  func linesThatCannotBeKept(refusedCall: String) throws {
    let long = String(repeating: "7", count: 5000)
    let reading = try SystemCallFault.$injected.withValue({
      $0 == refusedCall ? .noSpace : nil
    }) {
      try Reading(["1\n\(long)\n3\n\(long)"], records: 1)
    }
    #expect(reading.texts == ["1\n", "3\n"])
    #expect(reading.rejected == [5000, 5000])
    #expect(reading.refused.map(\.call) == [refusedCall, refusedCall])
    #expect(reading.discarded == "\(long)|\(long)|")
  }

  @Test(arguments: [(0, 2), (300, 2), (5000, 4)])
  func aLineThatCannotBeReadToItsEndIsNoRecord(length: Int, failingRead: Int) throws {
    let torn = String(repeating: "7", count: length)
    let reads = Mutex(0)
    let reading = try SystemCallFault.$injected.withValue({ call in
      guard call == "read" else { return nil }
      return reads.withLock { count in
        count += 1
        return count == failingRead ? .ioError : nil
      }
    }) {
      try Reading(["1\n2\n\(torn)", "3"], records: 1)
    }
    #expect(reading.texts == ["1\n", "2\n", "3\n"])
    #expect(reading.problems.first?.error.code == .ioError)
    #expect(reading.refused.map(\.code) == (length > 0 ? [.ioError] : []))
    // What was read of it is kept.
    #expect(reading.discarded.hasSuffix("|") == (length > 0))
    #expect(reading.discarded.count { $0 == "7" } == reading.rejected.first ?? 0)
    #expect(length == 0 || reading.rejected.allSatisfy { (1...length).contains($0) })
    #expect(reading.places.last?.index == (length > 0 ? 4 : 3))
  }

  @Test func aFileIsWaitedForWhileThereAreOthers() throws {
    let slabs = try InputSlabs(count: 4, size: 1 << 10)
    let first = try slabs.takeFile()
    #expect(first != nil)
    try SystemCallFault.$injected.withValue({ _ in .tooManyOpenFiles }) {
      let another = try slabs.takeFile()
      #expect(another == nil)
      slabs.letGoFile()
      #expect(throws: SystemError.self) { _ = try slabs.takeFile() }
    }
  }

  @Test func recordsThatEndInNUL() throws {
    let reading = try Reading(["1\n\u{0}2"], mode: InputMode(separator: 0))
    #expect(reading.texts == ["1\n\u{0}", "2\u{0}"])
  }
}

@Suite struct RecordBatchTests {
  /// A batch as a worker sees it.
  private func batch(
    _ text: String, mode: InputMode = InputMode(), records: Range<Int>
  ) throws -> RecordBatch {
    let memory = try SharedMemory(count: 4096)
    var bytes = ByteBuffer()
    bytes.append(text: text)
    memory.copy(bytes.view, to: 0)
    let message = ToWorker(
      kind: .batch, slab: 0, batch: 1, offset: 0, length: bytes.count,
      firstRecord: records.lowerBound, endRecord: records.upperBound, index: 10, line: 5)
    let batch = RecordBatch()
    batch.load(
      message, region: memory.view(0, bytes.count), memory: memory, mode: mode,
      scanner: RecordScanner())
    return batch
  }

  private func texts(_ batch: RecordBatch) -> [String] {
    batch.records.map { batch.bytes(of: $0).text }
  }

  @Test func findsRecords() throws {
    let batch = try batch("1\n\n {\"a\":2}\r\nx\n4\n", records: 0..<4)
    #expect(texts(batch) == ["1", "{\"a\":2}", "x", "4"])
    #expect(batch.records.map { batch.problem(with: $0) != nil } == [false, false, true, false])
    #expect(batch.records.map { batch.line(of: $0, mode: InputMode()) } == [5, 7, 8, 9])
    #expect(batch.line(of: 0, mode: InputMode()) == 5)
    #expect(batch.index(of: 3) == 13)
  }

  @Test func findsThePartAskedFor() throws {
    let batch = try batch("1\n\n2\n3\n4\n", records: 1..<3)
    #expect(texts(batch) == ["2", "3"])
    #expect(batch.records == 1..<3)
    #expect(batch.line(of: 2, mode: InputMode()) == 8)
  }

  @Test func passesOnWholeStretches() throws {
    let clean = try batch("1\n2\n3\n", records: 0..<3)
    #expect(clean.verbatim(from: 0, to: 3)?.bytes.text == "1\n2\n3\n")
    #expect(clean.verbatim(from: 1, to: 2)?.bytes.text == "2\n")
    let padded = try batch("1\n2\n 3\n4\n", records: 0..<4)
    #expect(padded.verbatim(from: 0, to: 4)?.bytes.text == "1\n2\n")
    #expect(padded.verbatim(from: 0, to: 4)?.end == 2)
    #expect(padded.verbatim(from: 2, to: 4) == nil)
    let blank = try batch("1\n\n2\n", records: 0..<2)
    #expect(blank.verbatim(from: 0, to: 2)?.bytes.text == "1\n")
    let invalid = try batch("1\nx\n2\n", records: 0..<3)
    #expect(invalid.verbatim(from: 0, to: 3)?.bytes.text == "1\n")
  }

  @Test func textIsMadeIntoStrings() throws {
    let batch = try batch("a\"\n\nb\r\n", mode: InputMode(isText: true), records: 0..<3)
    #expect(texts(batch) == ["\"a\\\"\"", "\"\"", "\"b\""])
    #expect(batch.verbatim(from: 0, to: 3)?.bytes.text == "\"a\\\"\"\n\"\"\n\"b\"\n")
    #expect(batch.lines(from: 0, to: 2).text == "a\"\n\n")
  }

  @Test func recordsOfSeveralLinesBecomeOne() throws {
    let batch = try batch(
      "{\"a\":\n1,\r\n\"b\":2}\u{0}x\u{0}3\u{0}", mode: InputMode(separator: 0), records: 0..<3)
    #expect(texts(batch) == ["{\"a\": 1,  \"b\":2}", "x", "3"])
    #expect(batch.verbatim(from: 0, to: 3) == nil)
  }
}
