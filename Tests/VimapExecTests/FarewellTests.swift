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
    #expect(words("500ms,sigterm,1.5s,15,1h,SigUsr1,1s,9")
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

  @Test func littlePatienceShortensTheFirstPauseOnly() throws {
    var farewell = Farewell(.usual, from: 0, patience: .seconds(1))
    #expect(farewell.take(.seconds(1)) == Signals.terminate)
    #expect(farewell.nextStep == .seconds(3))
    let sequence = try #require(TermSequence("100ms,KILL"))
    #expect(Farewell(sequence, from: 0, patience: .seconds(1)).nextStep == .milliseconds(100))
  }
}
