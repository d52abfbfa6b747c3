import Testing

@testable import VimapExec

@Suite struct ServiceClockTests {
  @Test func fromTheFirstFedToItsAnswerAndOn() {
    var clock = ServiceClock()
    clock.begin(1_000)
    #expect(clock.seconds(3_000) == 2e-6)
    clock.noteAnswers(3_000)
    #expect(clock.seconds(8_000) == 5e-6)
  }

  @Test func whatIsReadAtOnceTookEquallyLong() {
    var clock = ServiceClock()
    clock.begin(1_000)
    clock.noteAnswers(3_000)
    #expect(clock.seconds(3_000) == 2e-6)
  }

  @Test func idleTimeIsNobodys() {
    var clock = ServiceClock()
    clock.begin(1_000)
    clock.noteAnswers(2_000)
    clock.begin(9_000)
    #expect(clock.seconds(9_500) == 5e-7)
  }
}
