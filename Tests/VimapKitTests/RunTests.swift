import Testing
import VimapSystem

@testable import VimapKit

@Suite struct RunTests {
  @Test func survivesSharedMemory() throws {
    let memory = try SharedMemory(count: 128)
    let run = Run(
      batch: 1 << 40, firstRecord: 3, recordCount: 5, kind: .exception, offset: 77, length: 99,
      lineOffset: 11, lineLength: 4_000_000_000, isAttached: true)
    memory.storeRun(run, at: 40)
    #expect(memory.loadRun(at: 40) == run)
  }

  @Test func lengthsAreNotCut() throws {
    let memory = try SharedMemory(count: 128)
    memory.storeRun(
      Run(
        batch: 1, firstRecord: 0, recordCount: 1, kind: .outputs, offset: 0, length: 1 << 32 + 5),
      at: 40)
    #expect(memory.loadRun(at: 40)?.length == Run.longest)
  }

  @Test func saysWhatAnExceptionIs() throws {
    let memory = try SharedMemory(count: 128)
    for isCancelled in [false, true] {
      let run = Run(
        batch: 1, firstRecord: 3, recordCount: 1, kind: .exception, offset: 77, length: 99,
        failure: FailureMark(message: 7..<20, exitMessage: 30..<44), isCancelled: isCancelled,
        isWorthRetry: true, pauseMilliseconds: 77)
      memory.storeRun(run, at: 40)
      #expect(memory.loadRun(at: 40) == run)
    }
  }
}
