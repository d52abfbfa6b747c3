import Testing
import VimapSystem

@testable import VimapExec

@Suite struct CommandHabitsTests {
  @Test func oneThatAnsweredAllAnswersAsItGoesUntilItIsSeenToHoldBack() {
    let habits = CommandHabits()
    #expect(!habits.answersAsItGoes)
    habits.noteAnswers(5, wasIdle: false)
    habits.noteEven(isPaused: false)
    #expect(habits.answersAsItGoes)
    habits.noteAnswers(1, wasIdle: true)
    #expect(habits.answersAsItGoes)
    habits.noteAnswers(2, wasIdle: true)
    #expect(!habits.answersAsItGoes && habits.holdsBack)
    habits.noteEven(isPaused: false)
    #expect(!habits.answersAsItGoes)
    // It has answered everything, though it was given nothing more: processors were busy.
    habits.noteEven(isPaused: true)
    #expect(habits.answersAsItGoes)
  }

  @Test func briefLivesAreToldOfOnceAndWhereTheyFollowEachOther() {
    let habits = CommandHabits()
    var told = (0..<9).map { _ in habits.noteLife(answers: 1) }
    told.append(habits.noteLife(answers: 2))
    told += (0..<9).map { _ in habits.noteLife(answers: 1) }
    #expect(!told.contains(true))
    let more = (0..<20).map { _ in habits.noteLife(answers: 1) }
    #expect(more.first == true && more.count { $0 } == 1)
  }
}

@Suite struct FailureAttributionTests {
  @Test func groupsGoOneByOneOrByHalves() {
    var single = FailureAttribution()
    single.commandDied(owing: 10..<18, count: 8, .oneByOne)
    #expect(single.groupEnd == 11)
    single.noteAnswers(before: 11)
    #expect(single.groupEnd == 12)

    var halves = FailureAttribution()
    halves.commandDied(owing: 10..<18, count: 8, .byHalves)
    #expect(halves.groupEnd == 14)
    halves.noteAnswers(before: 13)
    #expect(halves.groupEnd == 14)
    halves.commandDied(owing: 13..<14, count: 2, .byHalves)
    // Those behind the group are suspects still.
    #expect(halves.groupEnd == 14)
    halves.noteAnswers(before: 14)
    #expect(halves.groupEnd == 16)
    halves.noteAnswers(before: 18)
    #expect(!halves.hasSuspects && halves.groupEnd == nil)
  }

  @Test func aGroupGrowsWhereItCostsAStart() {
    var attribution = FailureAttribution()
    attribution.commandDied(owing: 0..<8, count: 8, .oneByOne)
    attribution.growGroups()
    attribution.noteAnswers(before: 1)
    #expect(attribution.groupEnd == 3)
    attribution.repeatGroup(from: 2)
    #expect(attribution.groupEnd == 4)
    attribution.end()
    #expect(!attribution.hasSuspects)
  }

  @Test func triesAreThoseThatWentAsFar() {
    var feeds = UnansweredFeeds()
    #expect(feeds.count(of: 0) == 0)
    feeds.add(0..<10)
    feeds.add(2..<4)
    #expect([3, 4, 9, 10].map { feeds.count(of: $0) } == [2, 1, 1, 0])
    feeds.add(4..<4)
    #expect([3, 4, 9].map { feeds.count(of: $0) } == [1, 1, 1])
  }
}

@Suite struct ParkedRecordsTests {
  @Test func feedingAndAnsweringComeAlongTogether() {
    var progress = FeedProgress()
    progress.feed(to: 5, owing: 4)
    #expect(progress.owed == 4 && progress.unanswered == 0..<5)
    progress.noteAnswers(2)
    progress.moveOn(2)
    #expect(progress.owed == 2 && progress.answerCount == 2 && progress.unanswered == 2..<5)
    progress.rewind()
    #expect(progress.owed == 0 && progress.fed == 2 && progress.furthestFed == 5)
    progress.moveOn(6)
    #expect(progress.fed == 8 && progress.furthestFed == 8)
  }

  @Test func answersBeforeTheirTurnAreMarked() {
    var early = EarlyAnswers()
    #expect(early.isEmpty && !early.contains(1))
    early.insert(3)
    #expect((0...4).map(early.contains) == [false, false, false, true, false])
    let isAnswered = (0..<4).map { _ in early.advance() }
    #expect(isAnswered == [false, false, true, false])
    #expect(early.isEmpty)
  }
}
