import Foundation
import Testing
import VimapBytes
import VimapSystem

@testable import VimapKit
@testable import VimapRecords

@Suite struct InputModeTests {
  private func cut(_ text: StaticString, _ records: Int, _ mode: InputMode = InputMode())
    -> BatchCut
  {
    mode.cut(ByteView(text), records: records)
  }

  @Test func wholeLinesOnly() {
    #expect(cut("1\n22\n3", 9) == BatchCut(length: 5, records: 2, lines: 2))
    #expect(cut("1\n22\n3\n", 2) == BatchCut(length: 5, records: 2, lines: 2))
    #expect(cut("1", 9) == BatchCut())
  }

  @Test func blankLinesAreNoRecords() {
    #expect(cut("\n \t\r\n1\n\n2\n", 2) == BatchCut(length: 10, records: 2, lines: 5))
    #expect(cut("\n\n", 1) == BatchCut(length: 2, records: 0, lines: 2))
  }

  @Test func emptyLinesOfTextAreRecords() {
    #expect(cut("\n\n", 9, InputMode(isText: true)) == BatchCut(length: 2, records: 2, lines: 2))
  }

  @Test func linesThatAreTooLong() {
    let mode = InputMode(longestRecord: 3)
    #expect(cut("1\n4444\n", 9, mode) == BatchCut(length: 2, records: 1, lines: 1, longLine: 4))
    #expect(cut("333\n", 9, mode) == BatchCut(length: 4, records: 1, lines: 1))
  }
}

@Suite struct BoundArgumentTests {
  @Test func argumentsAreTakenRoundRobin() {
    var form = RecordForm()
    form.initArguments = [("A", ["x", "y"]), ("B", ["z"])]
    #expect(form.context(0, of: 3).initArguments == ["A": "x", "B": "z"])
    #expect(form.context(1, of: 3).initArguments == ["A": "y", "B": "z"])
    #expect(
      form.context(2, of: 3).environment == [
        "VIMAP_WORKER=2", "VIMAP_JOBS=3", "VIMAP_INIT_A=x", "VIMAP_INIT_B=z",
      ])
  }

  @Test func backOffGrowsAndEnds() {
    #expect(WorkerSlot.backOff(after: 1) == 0)
    #expect(WorkerSlot.backOff(after: 2) == .milliseconds(50))
    #expect(WorkerSlot.backOff(after: 3) == .milliseconds(100))
    #expect(WorkerSlot.backOff(after: 1000) == .seconds(5))
  }
}

@Suite struct MemoryGaugeTests {
  @Test func measuresNowAndThenAndOnlyWhereThereIsALimit() {
    var now: Nanoseconds = 0
    var measured = 0
    func isPast(_ gauge: inout MemoryGauge, bytes: Int, taking time: Nanoseconds) -> Bool {
      gauge.isPast(
        {
          measured += 1
          now += time
          return bytes
        }, clock: { now })
    }
    var unlimited = MemoryGauge(limit: nil)
    #expect(!isPast(&unlimited, bytes: .max, taking: 0))
    #expect(measured == 0)

    var gauge = MemoryGauge(limit: 100)
    #expect(!isPast(&gauge, bytes: 100, taking: .milliseconds(1)))
    now += .milliseconds(249)
    #expect(!isPast(&gauge, bytes: 101, taking: 0))
    #expect(measured == 1)
    now += .milliseconds(1)
    #expect(isPast(&gauge, bytes: 101, taking: .milliseconds(100)))
    // What takes long is done less often.
    now += .milliseconds(4999)
    #expect(!isPast(&gauge, bytes: 101, taking: 0))
    now += .milliseconds(1)
    #expect(isPast(&gauge, bytes: 101, taking: 0))
  }
}

@Suite struct InputSizesTests {
  @Test func sumsUpFilesAndLetsTheOneBeingReadGrow() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = (0..<3).map { folder.appendingPathComponent("\($0)").path }
    for (number, path) in paths.enumerated() {
      try Data(repeating: 10, count: 10 * (number + 1)).write(to: URL(fileURLWithPath: path))
    }
    let files = paths.map { InputFile.path($0) }
    let sizes = InputSizes(files)
    // Nothing is opened; 4 of the first 10 are read; the first has grown by 5; all is read.
    #expect(sizes.total(read: 0, file: -1, ahead: 0) == 60)
    #expect(sizes.total(read: 4, file: 0, ahead: 6) == 60)
    #expect(sizes.total(read: 4, file: 0, ahead: 11) == 65)
    #expect(sizes.total(read: 65, file: 2, ahead: 0) == 65)
    #expect(InputSizes(files + [.path(folder.path)]).total(read: 0, file: -1, ahead: 0) == nil)
    #expect(
      InputSizes(files + [.path(folder.path + "/none")]).total(read: 0, file: -1, ahead: 0) == 60)

    let open = try Descriptor.open(reading: paths[1])
    var buffer = ByteBuffer()
    _ = try Descriptor.read(open.number, into: &buffer, limit: 5)
    #expect(Descriptor.bytesAhead(open.number) == 15)
    #expect(
      InputSizes([.descriptor(open.number, name: "-")]).total(read: 0, file: -1, ahead: 0) == 15)
  }

  @Test func pipesHaveNoSize() throws {
    let pipe = try VimapSystem.Pipe()
    let sizes = InputSizes([.descriptor(pipe.reading.number, name: "-")])
    #expect(sizes.total(read: 0, file: -1, ahead: 0) == nil)
  }
}
