import Testing
import VimapSystem

@testable import VimapExec

@Suite struct TermSequenceTests {
  /// A sequence as words: each pause in milliseconds, and the signal behind it.
  private func words(_ text: String) -> [String]? {
    TermSequence(text)?.steps.map {
      "\($0.pause / 1_000_000) \(Signals.name(Int($0.signal)).dropFirst(3))"
    }
  }

  @Test func sequences() {
    #expect(TermSequence("10s,TERM,2s,KILL") == .usual)
    #expect(words("10s,TERM,2s,KILL") == ["10000 TERM", "2000 KILL"])
    #expect(words("TERM,1s,INT,1m,KILL") == ["0 TERM", "1000 INT", "60000 KILL"])
    #expect(words("0s,KILL") == ["0 KILL"])
    #expect(
      words("500ms,sigterm,1.5s,15,1h,SigUsr1,1s,9")
        == ["500 TERM", "1500 TERM", "3600000 USR1", "1000 KILL"])
  }

  @Test func aSequenceEndsInKill() {
    #expect(words("TERM") == ["0 TERM", "0 KILL"])
    #expect(words("1s,TERM") == ["1000 TERM", "0 KILL"])
    #expect(words("1s,TERM,2s") == ["1000 TERM", "2000 KILL"])
    #expect(words("3s") == ["3000 KILL"])
    #expect(words("KILL,1s,TERM") == ["0 KILL"])
  }

  @Test func aLengthIsNeverTooLong() {
    let long = Array(repeating: "1e9s,TERM", count: 40).joined(separator: ",")
    #expect(TermSequence(long)?.length == .max)
  }

  @Test(arguments: [
    "", ",", "10s,", ",TERM", "TERM,KILL", "1s,2s,KILL", "10,TERM", "1s,TREM", "-1s,KILL",
    "1s, KILL", "1e12s,KILL", "nans,KILL", "infs,KILL", "0,KILL", "65", "s,KILL", "SIG", "1d,KILL",
  ])
  func noSequence(_ text: String) {
    #expect(TermSequence(text) == nil)
  }
}

@Suite struct FarewellTests {
  @Test func takesTheStepsOfItsSequence() {
    var farewell = Farewell(.usual, from: .seconds(1))
    #expect(farewell.take(.seconds(10)) == nil)
    #expect(farewell.nextStep == .seconds(11))
    #expect(farewell.take(.seconds(11)) == Signals.terminate)
    #expect(farewell.take(.seconds(12)) == nil)
    #expect(farewell.take(.seconds(13)) == Signals.kill)
    #expect(farewell.nextStep == nil)
    #expect(farewell.take(.seconds(100)) == nil)
  }

  @Test func aPauseBeginsWhenTheStepBeforeItWasTaken() {
    var farewell = Farewell(.usual, from: 0)
    #expect(farewell.take(.seconds(50)) == Signals.terminate)
    #expect(farewell.nextStep == .seconds(52))
  }

  @Test func stepsWithoutAPauseAreDueAtOnce() throws {
    let sequence = try #require(TermSequence("TERM"))
    var farewell = Farewell(sequence, from: 5)
    #expect(farewell.take(5) == Signals.terminate)
    #expect(farewell.take(5) == Signals.kill)
    #expect(farewell.take(5) == nil)
  }

  @Test func aLimitShortensTheFirstPauseOnly() throws {
    var farewell = Farewell(.usual, from: 0, firstPause: .seconds(1))
    #expect(farewell.take(.seconds(1)) == Signals.terminate)
    #expect(farewell.nextStep == .seconds(3))
    let sequence = try #require(TermSequence("100ms,KILL"))
    #expect(Farewell(sequence, from: 0, firstPause: .seconds(1)).nextStep == .milliseconds(100))
  }
}

@Suite struct DepartureTests {
  @Test func itsSignalsComeInTurnAndItStaysWhatItIs() throws {
    let sequence = try #require(TermSequence("1s,TERM,2s,KILL"))
    var none = Departure.none
    let nothing = none.takeSignal(.seconds(100))
    #expect(nothing == nil && none.nextStep == nil && !none.isDismissed)
    for isDismissed in [false, true] {
      let farewell = Farewell(sequence, from: 0)
      var departure = isDismissed ? Departure.dismissed(farewell) : .leaving(farewell)
      let signals = [0, 1, 2, 3].map { departure.takeSignal(.seconds($0)) }
      #expect(signals == [nil, Signals.terminate, nil, Signals.kill])
      #expect(departure.isDismissed == isDismissed && departure.nextStep == nil)
    }
  }
}

@Suite struct CommandEndTests {
  private let killed = ProcessEnd.killed(signal: Int(Signals.kill))

  @Test func aCommandThatDiesOverItsFirstRecordWasStartedInVain() {
    let end = CommandEnd(end: .exited(status: 1), answers: 0, wasAskedTo: false)
    #expect(end.isInVain(owed: 1))
    // Others find out which of them it was.
    #expect(!end.isInVain(owed: 2))
    let loading = CommandEnd(end: killed, answers: 0, wasAskedTo: false, hasReadNothing: true)
    #expect(loading.isInVain(owed: 2))
  }

  @Test func oneThatAnsweredOrWasKilledAtWorkWasNot() {
    #expect(!CommandEnd(end: killed, answers: 0, wasAskedTo: false).isInVain(owed: 1))
    let answered = CommandEnd(end: .exited(status: 1), answers: 1, wasAskedTo: false)
    #expect(!answered.isInVain(owed: 1))
    let dropped = CommandEnd(
      end: .exited(status: 1), answers: 0, dropped: DroppedAnswers(count: 1), wasAskedTo: false)
    #expect(!dropped.isInVain(owed: 1))
  }

  @Test func oneThatLeftAsItWasToldIsNotUnlessItOwes() {
    let end = CommandEnd(end: .exited(status: 0), answers: 0, wasAskedTo: true)
    #expect(end.isRegular && !end.isInVain(owed: 0) && end.isInVain(owed: 1))
    let rest = CommandEnd(end: .exited(status: 0), answers: 0, wasAskedTo: true, leftInput: true)
    #expect(!rest.isRegular)
  }
}
