import Testing
import VimapBytes
import VimapSystem

@testable import VimapKit

@Suite struct AckTrackerTests {
  @Test func inOrder() {
    var tracker = AckTracker(count: 3)
    #expect(tracker.mark(0..<2) == true)
    #expect(tracker.unanswered(in: 0..<3) == [2..<3])
    #expect(!tracker.isComplete)
    #expect(tracker.mark(2..<3) == true)
    #expect(tracker.isComplete)
  }

  @Test func inAnyOrder() {
    for seed in UInt64(0)..<50 {
      var random = SeededRandom(seed: seed)
      var tracker = AckTracker(count: 20)
      var left = Set(0..<20)
      for record in (0..<20).shuffled(using: &random) {
        #expect(tracker.mark(record..<(record + 1)) == true)
        #expect(tracker.mark(record..<(record + 1)) == false)
        left.remove(record)
        #expect(Set(tracker.unanswered(in: 0..<20).joined()) == left)
        #expect(Set(tracker.unanswered(in: 5..<9).joined()) == left.intersection(5..<9))
      }
      #expect(tracker.isComplete)
    }
  }

  @Test func refusesWhatIsNotThere() {
    var tracker = AckTracker(count: 3)
    #expect(tracker.mark(2..<4) == false)
    #expect(tracker.mark(1..<1) == false)
    #expect(tracker.mark(1..<2) == true)
    #expect(tracker.mark(0..<2) == false)
    #expect(tracker.unanswered(in: 0..<3) == [0..<1, 2..<3])
  }
}

@Suite struct BatchSizerTests {
  @Test func growsWhereRecordsAreFast() {
    var sizer = BatchSizer(fixed: nil)
    #expect(sizer.records == 1)
    for _ in 0..<12 { sizer.learn(records: sizer.records, time: UInt64(sizer.records) * 1000) }
    #expect((2000...8000).contains(sizer.records))
  }

  @Test func staysSmallWhereRecordsAreSlow() {
    var sizer = BatchSizer(fixed: nil)
    for _ in 0..<12 { sizer.learn(records: 1, time: .seconds(0.2)) }
    #expect(sizer.records == 1)
  }

  @Test func shrinksWhenRecordsBecomeSlow() {
    var sizer = BatchSizer(fixed: nil)
    for _ in 0..<12 { sizer.learn(records: sizer.records, time: UInt64(sizer.records) * 1000) }
    sizer.learn(records: 1, time: .seconds(0.2))
    #expect(sizer.records == 1)
  }

  @Test func aFixedSizeStays() {
    var sizer = BatchSizer(fixed: 7)
    sizer.learn(records: 7, time: 1)
    #expect(sizer.records == 7)
  }
}

@Suite struct ReorderBufferTests {
  @Test func saysWhatTheOthersWaitFor() {
    var reorderBuffer = ReorderBuffer<String>(first: 0)
    #expect(reorderBuffer.awaited == nil)
    for batch in UInt64(0)..<2 { reorderBuffer.expect(batch: batch, records: 2) }
    func add(_ batch: UInt64, _ records: Range<Int>) {
      reorderBuffer.add(batch: batch, records: records, "", emit: { _ in }, finished: { _ in })
    }
    add(1, 0..<2)
    #expect(reorderBuffer.awaited ?? (9, 9) == (0, 0))
    add(0, 0..<1)
    #expect(reorderBuffer.awaited ?? (9, 9) == (0, 1))
    add(0, 1..<2)
    #expect(reorderBuffer.awaited == nil)
  }

  @Test(arguments: [UInt64](0..<40))
  func anyOrderInInputOrderOut(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var reorderBuffer = ReorderBuffer<String>(first: 0)
    var runs: [(batch: UInt64, records: Range<Int>)] = []
    var expected: [String] = []
    for batch in UInt64(0)..<10 {
      let size = Int.random(in: 1...6, using: &random)
      reorderBuffer.expect(batch: batch, records: size)
      var next = 0
      while next < size {
        let end = Int.random(in: (next + 1)...size, using: &random)
        runs.append((batch, next..<end))
        expected.append("\(batch):\(next)")
        next = end
      }
    }
    var emitted: [String] = []
    var finished: [UInt64] = []
    for run in runs.shuffled(using: &random) {
      reorderBuffer.add(
        batch: run.batch, records: run.records, "\(run.batch):\(run.records.lowerBound)",
        emit: { emitted.append($0) }, finished: { finished.append($0) })
    }
    #expect(emitted == expected)
    #expect(finished == Array(0..<10))
    #expect(reorderBuffer.isEmpty)
  }

  @Test func heldPiecesCanBeReplaced() {
    var reorderBuffer = ReorderBuffer<String>(first: 0)
    reorderBuffer.expect(batch: 0, records: 1)
    reorderBuffer.expect(batch: 1, records: 1)
    var emitted: [String] = []
    reorderBuffer.add(
      batch: 1, records: 0..<1, "slab", emit: { emitted.append($0) }, finished: { _ in })
    reorderBuffer.replaceHeld { $0 == "slab" ? "copy" : nil }
    reorderBuffer.add(
      batch: 0, records: 0..<1, "first", emit: { emitted.append($0) }, finished: { _ in })
    #expect(emitted == ["first", "copy"])
  }
}

@Suite("The memory of slots") struct SlotMemoryTests {
  @Test func limitsToOneSlotWhateverSizePagesHave() throws {
    let memory = try SlotMemory(3, size: 100)
    try memory.limit(to: 1)
    memory[1].storeWord(7, at: 0)
    #expect(memory[1].loadWord(at: 0) == 7)
    #expect(memory[1].count == SharedMemory.wholePages(for: 100))
  }
}
