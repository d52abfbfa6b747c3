import Testing
import VimapSystem

@testable import VimapKit

@Suite("Records that were begun and not sent")
struct UnsentRecordsTests {
  private let memory: SharedMemory

  init() throws {
    memory = try SharedMemory(count: ResultSlabLayout.memorySize(slabs: 1))
  }

  private var read: RangeSet<UInt64> { UnsentRecords(in: memory).numbers }

  @Test func areReadAsTheyWereNoted() {
    #expect(read.isEmpty)
    UnsentRecords.note(3..<5, at: 0, in: memory)
    UnsentRecords.note(5..<6, at: 7, in: memory)
    UnsentRecords.note(1 << 40..<1 << 40 + 100_000, at: 1023, in: memory)
    let noted: [Range<UInt64>] = [3..<6, 1 << 40..<1 << 40 + 100_000]
    #expect(read == RangeSet(noted))
    UnsentRecords.note(0..<0, at: 0, in: memory)
    #expect(read.ranges.first == 5..<6)
    UnsentRecords.clear(in: memory)
    #expect(read.isEmpty)
  }

  @Test func ofMoreThanThereIsRoomForNothingIsSaid() {
    UnsentRecords.note(3..<5, at: 1024, in: memory)
    UnsentRecords.note(0..<1 << 20, at: 0, in: memory)
    UnsentRecords.note(1 << 44..<1 << 44 + 1, at: 1, in: memory)
    #expect(read.isEmpty)
  }

  @Test func partAnAssignment() {
    let assignment = Assignment(batch: 1, records: 10..<20, start: 100)
    let (sent, unsent) = assignment.parted(by: UnsentRecords(RangeSet([90..<101, 105..<107])))
    #expect(sent.map(\.records) == [11..<15, 17..<20])
    #expect(unsent.map(\.records) == [10..<11, 15..<17])
    #expect(unsent.map(\.start) == [100, 105])
  }
}
