import Testing

@testable import VimapExec

@Suite struct ServiceClockTests {
  @Test func fromTheFirstFedToItsAnswerAndOn() {
    var clock = ServiceClock(from: 0)
    clock.begin(1_000)
    clock.noteWaiting(1, 3_000)
    #expect(clock.share == 2e-6)
    clock.noteUsed(1)
    clock.noteWaiting(1, 8_000)
    #expect(clock.share == 5e-6)
  }

  @Test func answersThatComeAtOnceShareTheTime() {
    var clock = ServiceClock(from: 0)
    clock.begin(1_000)
    clock.noteWaiting(4, 9_000)
    #expect(clock.share == 2e-6)
    clock.noteUsed(1)
    #expect(clock.share == 2e-6)
    // What comes before they are used shares with them.
    clock.noteWaiting(4, 15_000)
    #expect(clock.share == 3e-6)
    clock.noteUsed(4)
    #expect(clock.share == 0)
  }

  @Test func idleTimeIsNobodys() {
    var clock = ServiceClock(from: 0)
    clock.begin(1_000)
    clock.noteWaiting(1, 2_000)
    clock.noteUsed(1)
    clock.begin(9_000)
    clock.noteWaiting(1, 9_500)
    #expect(clock.share == 5e-7)
  }

  @Test func theTimeOfARecordWithoutAnAnswerIsOver() {
    var clock = ServiceClock(from: 0)
    clock.begin(1_000)
    #expect(clock.lapse(3_000) == 2e-6)
    #expect(clock.lapse(3_500) == 5e-7)
  }
}
