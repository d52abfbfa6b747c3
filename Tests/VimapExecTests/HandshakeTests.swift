import Testing
import VimapSystem

@testable import VimapExec

@Suite struct HandshakeTests {
  private let ms: (Double) -> Nanoseconds = { .seconds($0 / 1000) }

  /// A handshake whose command was fed a record and has answered it.
  private func answeredOne(after time: Double = 10, hasMore: Bool) -> Handshake {
    var handshake = Handshake()
    #expect(handshake.allowance == 1)
    handshake.noteFed(1, 0)
    handshake.noteAnswers(1, begun: 1, unread: 0, hasMore: hasMore, ms(time))
    return handshake
  }

  /// Looks late, and again as often as more time is given for that.
  private func look(at handshake: inout Handshake, from time: Double, hasMore: Bool) {
    for step in 0..<8 { handshake.check(hasMore: hasMore, ms(time + 100 * Double(step))) { false } }
  }

  @Test func aLookThatIsLateGivesMoreTime() {
    var handshake = answeredOne(after: 10, hasMore: false)
    handshake.check(hasMore: false, ms(31)) { false }
    #expect(handshake.isOpen)
    #expect(handshake.nextCheck == ms(51))
    handshake.check(hasMore: false, ms(51)) { false }
    #expect(handshake.verdict == .passed)
  }

  @Test func aLineBeforeAnythingWasFedIsOneTooMany() {
    var handshake = Handshake()
    handshake.noteAnswers(1, begun: 1, unread: 0, hasMore: false, 0)
    #expect(handshake.verdict == .failed)
  }

  @Test func soIsOneBeforeTheRecordWasRead() {
    var handshake = Handshake()
    handshake.noteFed(1, 0)
    handshake.noteAnswers(1, begun: 1, unread: 1, hasMore: false, ms(1))
    #expect(handshake.verdict == .failed)
  }

  @Test func andThePartOfOne() {
    var handshake = Handshake()
    handshake.noteFed(1, 0)
    handshake.noteAnswers(0, begun: 1, unread: 1, hasMore: false, ms(1))
    #expect(handshake.verdict == .failed)
  }

  @Test func twoLinesForARecordAreOneTooMany() {
    var handshake = answeredOne(hasMore: true)
    #expect(handshake.isOpen)
    handshake.noteAnswers(2, begun: 2, unread: 0, hasMore: true, ms(11))
    #expect(handshake.verdict == .failed)
  }

  @Test func aSingleRecordIsBelievedAfterAMomentOfQuiet() {
    var handshake = answeredOne(after: 10, hasMore: false)
    #expect(handshake.nextCheck == ms(30))
    handshake.check(hasMore: false, ms(29)) { false }
    #expect(handshake.isOpen)
    handshake.check(hasMore: false, ms(30)) { false }
    #expect(handshake.verdict == .passed)
  }

  @Test func whereThereIsAnotherItIsFedFirst() {
    var handshake = answeredOne(hasMore: true)
    #expect(handshake.nextCheck == nil)
    #expect(handshake.allowance == 2)
    handshake.noteFed(2, ms(10))
    handshake.noteAnswers(2, begun: 2, unread: 0, hasMore: true, ms(11))
    // The second line may be one too many, so that it says nothing of how long an answer takes.
    #expect(handshake.nextCheck == nil)
    #expect(handshake.allowance == 3)
    handshake.noteFed(3, ms(11))
    handshake.noteAnswers(3, begun: 3, unread: 0, hasMore: true, ms(21))
    handshake.noteFed(4, ms(21))
    handshake.noteAnswers(4, begun: 4, unread: 0, hasMore: true, ms(22))
    #expect(handshake.allowance == 4)
    #expect(handshake.nextCheck == ms(42))
    handshake.check(hasMore: true, ms(42)) { false }
    #expect(handshake.verdict == .passed)
  }

  @Test func aLineBeforeEachAnswerShowsHoweverLongTheAnswerTakes() {
    var handshake = Handshake()
    var lines = 0
    for record in 0..<4 where handshake.isOpen {
      handshake.noteFed(handshake.allowance, ms(20 * Double(record)))
      for delay in [20, 20.1] {
        lines += 1
        handshake.noteAnswers(
          lines, begun: lines, unread: 0, hasMore: true, ms(20 * Double(record) + delay))
        handshake.noteFed(handshake.allowance, ms(20 * Double(record) + delay))
      }
      handshake.check(hasMore: true, ms(20 * Double(record) + 39)) { false }
    }
    #expect(handshake.verdict == .failed)
  }

  @Test func aFastCommandIsAskedForMoreAndASlowOneIsNot() throws {
    var fast = answeredOne(after: 10, hasMore: true)
    for step in 2...4 {
      fast.noteFed(step, ms(10))
      fast.noteAnswers(step, begun: step, unread: 0, hasMore: true, ms(9 + Double(step)))
    }
    look(at: &fast, from: 1000, hasMore: true)
    var next = try #require(fast.next)
    #expect(next.isOpen)
    #expect(next.allowance > 2)
    next.noteFed(5, ms(1000))
    next.noteAnswers(4, begun: 4, unread: 0, hasMore: true, ms(1001))
    look(at: &next, from: 1900, hasMore: true)
    #expect(next.isOpen)
    next.noteAnswers(5, begun: 5, unread: 0, hasMore: true, ms(1901))
    look(at: &next, from: 5000, hasMore: true)
    #expect(next.verdict == .passed)

    var slow = answeredOne(after: 10, hasMore: true)
    for step in 2...4 {
      slow.noteFed(step, ms(10 * Double(step - 1)))
      slow.noteAnswers(step, begun: step, unread: 0, hasMore: true, ms(10 * Double(step)))
    }
    look(at: &slow, from: 1000, hasMore: true)
    #expect(slow.verdict == .passed)
    #expect(slow.next == nil)
  }

  @Test func aSingleAnswerIsFollowedByOneMoreOfItsKind() throws {
    var handshake = answeredOne(after: 10, hasMore: false)
    look(at: &handshake, from: 1000, hasMore: false)
    var again = try #require(handshake.next)
    #expect(again.allowance == 1)
    again.noteFed(1, ms(1000))
    again.noteAnswers(1, begun: 1, unread: 0, hasMore: false, ms(1001))
    look(at: &again, from: 2000, hasMore: false)
    let further = try #require(again.next)
    #expect(further.allowance > 2)
  }

  @Test func oneThatSaysNothingIsGivenMoreAndItsAnswersAreHeld() {
    var handshake = Handshake()
    handshake.noteFed(1, 0)
    let isRaised = handshake.raise(isStuck: false)
    #expect(isRaised)
    #expect(handshake.allowance == 4)
    handshake.noteFed(4, ms(20))
    // It has left some out: nothing is believed, however long it is quiet with all input read.
    handshake.noteAnswers(2, begun: 2, unread: 0, hasMore: true, ms(21))
    handshake.check(hasMore: true, ms(60_000)) { false }
    #expect(handshake.isOpen)
  }

  @Test func oneThatIsSlowIsBelievedAfterASecond() {
    var handshake = Handshake()
    handshake.noteFed(1, 0)
    let isRaised = handshake.raise(isStuck: false)
    #expect(isRaised)
    handshake.noteFed(4, ms(20))
    handshake.noteAnswers(1, begun: 1, unread: 0, hasMore: true, ms(5000))
    handshake.check(hasMore: true, ms(5900)) { true }
    #expect(handshake.isOpen)
    handshake.check(hasMore: true, ms(6000)) { true }
    #expect(handshake.verdict == .believed)
  }

  @Test func oneThatHoldsItsAnswersBackIsGivenAllThereIs() {
    var handshake = Handshake()
    var given: [Int] = []
    for step in 1...4 {
      handshake.noteFed(min(handshake.allowance, 1000), ms(Double(step)))
      given.append(handshake.allowance)
      _ = handshake.raise(isStuck: false)
    }
    #expect(given == [1, 4, .max, .max])
  }

  @Test func oneThatHasBegunToAnswerIsGivenMoreOnlyWhereItIsStuck() {
    var handshake = Handshake()
    handshake.noteFed(1, 0)
    _ = handshake.raise(isStuck: false)
    handshake.noteFed(4, ms(20))
    handshake.noteAnswers(1, begun: 1, unread: 0, hasMore: true, ms(50))
    let isRaised = handshake.raise(isStuck: false)
    #expect(!isRaised && handshake.allowance == 4)
    let isRaisedWhenStuck = handshake.raise(isStuck: true)
    #expect(isRaisedWhenStuck && handshake.allowance == .max)
  }

  @Test func oneThatStillAnswersAfterASecondIsBelieved() {
    var handshake = Handshake()
    handshake.noteFed(100, 0)
    for step in 1...25 {
      handshake.noteAnswers(step, begun: step, unread: 0, hasMore: true, ms(50 * Double(step)))
      handshake.check(hasMore: true, ms(50 * Double(step) + 1)) { false }
      #expect(handshake.verdict == (step > 20 ? .believed : .open))
    }
  }

  @Test func waivedIsPassedAndAsksForNothing() {
    #expect(Handshake.waived.verdict == .passed)
    #expect(Handshake.waived.next == nil)
  }
}

@Suite struct CertaintyTests {
  private let ms: (Double) -> Nanoseconds = { .seconds($0 / 1000) }

  @Test func itIsCertainWhenAllIsAnsweredAndQuiet() {
    let certainty = Certainty()
    certainty.begin(0)
    #expect(!certainty.hasDoubts)
    certainty.noteFed(100, 0)
    certainty.noteAnswers(1, isEven: false, ms(10))
    #expect(certainty.nextCheck == nil)
    certainty.noteAnswers(1, isEven: true, ms(20))
    // An answer takes it 10 ms.
    #expect(certainty.nextCheck == ms(60))
    let early = certainty.check(ms(59))
    #expect(!early)
    #expect(certainty.hasDoubts)
    let inTime = certainty.check(ms(60))
    #expect(inTime)
    #expect(!certainty.hasDoubts)
  }

  @Test func whatIsFedMeanwhileMakesItUncertainAgain() {
    let certainty = Certainty()
    certainty.begin(0)
    certainty.noteFed(100, 0)
    certainty.noteAnswers(1, isEven: true, ms(1))
    certainty.noteFed(100, ms(2))
    #expect(certainty.nextCheck == nil)
    let isCertain = certainty.check(ms(1000))
    #expect(!isCertain)
  }

  @Test func tooMuchInDoubtIsToBeFoundOut() {
    let certainty = Certainty()
    certainty.begin(0)
    certainty.noteFed(64 << 20, 0)
    #expect(!certainty.isDue(ms(1)))
    certainty.noteAnswers(1, isEven: false, ms(1))
    #expect(certainty.isDue(ms(1)))
    let slow = Certainty()
    slow.begin(0)
    slow.noteFed(10, 0)
    slow.noteAnswers(10, isEven: false, ms(100))
    #expect(!slow.isDue(ms(999)))
    #expect(slow.isDue(ms(3000)))
  }
}

@Suite struct LoadingTests {
  private let ms: (Double) -> Nanoseconds = { .seconds($0 / 1000) }

  @Test func itDoesNotBeginBeforeThereIsSomethingToRead() {
    var loading = Loading(startedAt: 0, hasReadySign: false, limit: ms(100))
    #expect(!loading.isTooLong(ms(60_000)))
    #expect(loading.nextCheck(isTimed: true) == nil)
    loading.noteFed(ms(60_000))
    loading.noteFed(ms(60_050))
    #expect(!loading.isTooLong(ms(60_099)))
    #expect(loading.isTooLong(ms(60_100)))
  }

  @Test func itEndsInTime() {
    var loading = Loading(startedAt: 0, hasReadySign: false, limit: ms(100))
    loading.noteFed(0)
    #expect(!loading.isTooLong(ms(99)))
    #expect(loading.isTooLong(ms(100)))
    var ready = loading
    ready.end()
    #expect(!ready.isTooLong(ms(1000)))
    #expect(ready.nextCheck(isTimed: true) == nil)
  }

  @Test func theReadySignIsMissedOnce() {
    var loading = Loading(startedAt: 0, hasReadySign: true, limit: nil)
    #expect(loading.nextCheck(isTimed: true) == ms(5000))
    let complaints = [4999, 5000, 9000].map { loading.shouldComplain(ms($0), isTimed: false) }
    #expect(complaints == [false, true, false])
    #expect(loading.nextCheck(isTimed: true) == nil)
  }
}
