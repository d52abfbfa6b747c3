import Testing
import VimapSystem

@testable import VimapKit

/// The parts that the pool's state is composed of, each by itself.
@Suite struct PoolPartsTests {
  private func assignment(_ records: Range<Int>, batch: UInt64 = 0) -> Assignment {
    Assignment(batch: batch, records: records)
  }

  // MARK: Slots

  @Test func aSlotIsVacantForAWhileAfterVainEnds() {
    var slot = WorkerSlot()
    #expect(slot.canFork(0))
    for end in 1...3 {
      slot.occupy()
      #expect(!slot.canFork(.seconds(60)))
      slot.vacate(wasInVain: true, now: 1000)
      #expect(slot.vainEnds == end)
      #expect(slot.forkableFrom == 1000 + WorkerSlot.backOff(after: end))
    }
    slot.occupy()
    slot.noteAnswers(0, 0)
    slot.vacate(wasInVain: false, now: 1000)
    #expect((slot.vainEnds, slot.forkableFrom) == (0, 0))
    slot.retire()
    #expect(slot.isRetired)
    #expect(!slot.canFork(.seconds(60)))
    #expect(slot.forkableFrom == nil)
  }

  @Test func aWorkerThatWasKilledIsNeitherClosedNorAnythingElse() {
    var worker = SlotWorker()
    worker.close()
    #expect(worker.wasToldToLeave)
    worker.noteLate(begun: 3)
    worker.close()
    #expect(worker.lateAt == 3)
    #expect(!worker.wasToldToLeave)
    worker.cutOff()
    #expect(worker.lateAt == nil)
    #expect(worker.wasKilled)
  }

  #if DEBUG
    @Test func anEventThatCannotBeTraps() async {
      await #expect(processExitsWith: .failure) {
        var state = PoolState(PoolState.Rules(jobs: 2, window: 1))
        state.workerIsReady(1)
      }
      await #expect(processExitsWith: .failure) {
        var state = PoolState(PoolState.Rules(jobs: 2, window: 1))
        state.workerEnded(1, .exited(status: 0), begun: 0, now: 0)
      }
      await #expect(processExitsWith: .failure) {
        var slot = WorkerSlot()
        slot.occupy()
        slot.occupy()
      }
    }
  #endif

  @Test func aWorkerThatSaysTwiceThatItIsReadyIsKilled() {
    var state = PoolState(PoolState.Rules(jobs: 1, window: 1))
    state.workerIsReady(0)
    _ = state.takeActions()
    state.workerIsReady(0)
    #expect(state.takeActions() == [.kill(slot: 0)])
  }

  @Test func aBatchForASlotThatIsGivenUpMeanwhileGoesToAnother() {
    var rules = PoolState.Rules(jobs: 2, chunk: 1, window: 100)
    rules.startsAll = true
    var state = PoolState(rules)
    state.workerIsReady(0)
    state.workerIsForked(1)
    var demand: PoolState.Demand?
    for batch in UInt64(0)..<2 {
      guard let next = state.demand(now: 0) else { break }
      demand = next
      if next.slot == 1 { break }
      state.take(batch: batch, records: 1, bytes: 1, for: next, now: 0)
    }
    #expect(demand?.slot == 1)
    // It can't be set up, and will not be tried again.
    state.workerFailed(1, WorkerFailure("no"))
    state.workerEnded(1, .exited(status: 1), begun: 0, now: 0)
    _ = state.takeActions()
    state.take(batch: 7, records: 1, bytes: 1, for: PoolState.Demand(slot: 1, records: 1), now: 0)
    #expect(state.takeActions() == [.send(slot: 0, batch: 7, records: 0..<1, attempt: 1)])
  }

  @Test func nothingIsTriedAgainInARunThatIsGivenUp() throws {
    var rules = PoolState.Rules(jobs: 2, chunk: 1, window: 100)
    rules.retry.retries = 3
    var state = PoolState(rules)
    state.workerIsReady(0)
    let wanted = state.demand(now: 0)
    let demand = try #require(wanted)
    state.take(batch: 0, records: 1, bytes: 1, for: demand, now: 0)
    for _ in 0..<PoolState.mostVainCommands { state.commandWasInVain("it ends") }
    #expect(state.phase.failure != nil)
    _ = state.takeActions()
    // What its worker had said by then is the record's answer.
    let next = state.retry(0, batch: 0, record: 0, now: 0)
    #expect(next == nil)
    let isAnswer = state.answered(0, batch: 0, records: 0..<1, failed: true, now: 0)
    #expect(isAnswer)
    state.workerEnded(0, .killed(signal: 9), begun: 1, now: 0)
    #expect(state.takeActions() == [.complete(batch: 0), .finish])
    #expect(state.nextTimer(after: 0) == nil)
  }

  // MARK: Retries

  private func retries(_ change: (inout RetryRule) -> Void = { _ in }) -> RetryQueue {
    var rule = RetryRule()
    rule.retries = 1
    change(&rule)
    return RetryQueue(rule, seed: 1)
  }

  @Test func recordsComeBackInTheOrderInWhichTheyAreDue() {
    var queue = retries()
    let late = queue.park(assignment(0..<1), pause: .seconds(9), wasSent: true, now: 0)
    let soon = queue.park(assignment(1..<2), pause: .seconds(1), wasSent: false, now: 0)
    #expect(queue.nextDue == soon.due)
    #expect(late.attempt == 2)
    let tooEarly = queue.takeDue(soon.due - 1)
    #expect(tooEarly == [])
    let first = queue.takeDue(soon.due)
    #expect(first.map(\.records) == [1..<2])
    #expect(first.map(\.mayBeSent) == [false])
    let left = queue.takeAll()
    #expect(left.map(\.records) == [0..<1])
    #expect(queue.isEmpty)
  }

  @Test func aRecordIsTriedNoMoreOftenThanTheRuleSays() {
    var queue = retries { $0.losses = [.timeLimit] }
    let record = assignment(0..<1)
    #expect(queue.allows(record))
    #expect(queue.allows(record, after: .timeLimit))
    #expect(!queue.allows(record, after: .death))
    _ = queue.park(record, pause: 0, wasSent: true, now: 0)
    let parked = queue.takeAll()
    #expect(parked.map { queue.allows($0) } == [false])
  }

  // MARK: Admission

  @Test func aBatchThatIsLargerThanTheWindowGoesAlone() {
    var admission = Admission(PoolState.Rules(jobs: 1, window: 10))
    #expect(admission.isWindowOpen)
    admission.take(records: 1, bytes: 100)
    #expect(!admission.isWindowOpen)
    #expect(admission.isFull)
    admission.release(bytes: 100)
    #expect(admission.isWindowOpen)
  }

  @Test func boundsOfRecordsAreKept() {
    var rules = PoolState.Rules(jobs: 1, window: 100)
    rules.mostInFlight = 3
    rules.mostUnfinished = 5
    var admission = Admission(rules)
    admission.take(records: 2, bytes: 0)
    #expect(admission.credit == 1)
    admission.noteAnswered(2)
    #expect(admission.credit == 3)
    admission.takeAnswered(3)
    #expect(admission.credit == 0)
    admission.noteTakenAway(5)
    #expect(admission.credit == 3)
  }

  @Test func nothingIsStartedWhileServersPauseAndThePaceIsKept() {
    var rules = PoolState.Rules(jobs: 1, window: 100)
    rules.rate = FlowLimit(10, in: .seconds(1))
    var admission = Admission(rules)
    #expect(admission.allowance(cost: 0, 0) > 0)
    admission.pause(until: .seconds(1))
    #expect(admission.allowance(cost: 0, 0) == 0)
    #expect(admission.nextTurn(after: 0) == .seconds(1))
    #expect(admission.allowance(cost: 0, .seconds(1)) > 0)
    // Without a pace there is nothing that could come all at once.
    var unpaced = Admission(PoolState.Rules(jobs: 1, window: 100))
    unpaced.pause(until: .seconds(1))
    #expect(!unpaced.isHeld(0))
  }

  // MARK: Answers

  @Test func aBatchIsOpenUntilEachRecordHasOneAnswer() {
    var open = OpenBatches()
    open.add(7, records: 3)
    let isMarked = [1..<2, 1..<3].map { open.mark(7, $0) }
    #expect(isMarked == [true, false])
    #expect(open.unanswered(in: assignment(0..<3, batch: 7)).map(\.records) == [0..<1, 2..<3])
    #expect(open.isDone(assignment(1..<2, batch: 7)))
    #expect(!open.isDone(assignment(0..<3, batch: 7)))
    let wasComplete = open.removeIfComplete(7)
    let areMarked = [0..<1, 2..<3].map { open.mark(7, $0) }
    let isComplete = open.removeIfComplete(7)
    #expect(areMarked == [true, true])
    #expect((wasComplete, isComplete) == (false, true))
    #expect(open.isEmpty)
    let isMarkedAgain = open.mark(7, 0..<1)
    #expect(!isMarkedAgain)
  }

  // MARK: Deaths

  private func split(
    _ attribution: DeathAttribution, begun: UInt64, lateAt: UInt64? = nil, isHopeless: Bool = false
  ) -> [[Range<Int>]] {
    var later = assignment(0..<2, batch: 1)
    later.start = 4
    return DeathSplit.parts(
      of: [assignment(0..<4), later], begun: begun, lateAt: lateAt, isHopeless: isHopeless,
      attribution
    ).map { [$0.charged.records, $0.begun.records, $0.rest.records] }
  }

  @Test func aDeathIsChargedToTheFirstRecordBegunOrToAll() {
    #expect(split(.firstBegun, begun: 3) == [[0..<1, 1..<3, 3..<4], [0..<0, 0..<0, 0..<2]])
    #expect(split(.everyBegun, begun: 5) == [[0..<4, 4..<4, 4..<4], [0..<1, 1..<1, 1..<2]])
    #expect(split(.firstBegun, begun: 0) == [[0..<0, 0..<0, 0..<4], [0..<0, 0..<0, 0..<2]])
    #expect(
      split(.firstBegun, begun: 0, isHopeless: true)
        == [[0..<1, 1..<1, 1..<4], [0..<0, 0..<0, 0..<2]])
    // It was late with the second, and had gone on to the third.
    #expect(
      split(.firstBegun, begun: 3, lateAt: 2) == [[0..<0, 0..<3, 3..<4], [0..<0, 0..<0, 0..<2]])
  }
}
