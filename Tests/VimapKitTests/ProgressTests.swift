import Foundation
import Testing
import VimapBytes
import VimapSystem

@testable import VimapKit

@Suite struct PoolTickerTests {
  private func ticker(_ pace: TickPace) -> PoolTicker { PoolTicker(pace, 1000) }
  private let pace = TickPace(
    first: .nanoseconds(500), busy: .nanoseconds(100), quiet: .nanoseconds(1000))

  @Test func firstTimeDoesNotDependOnWhatHappens() {
    let ticker = ticker(pace)
    #expect(ticker.next(activity: 0) == 1500)
    #expect(ticker.next(activity: 7) == 1500)
  }

  @Test func comesSoonWhereSomethingHasChangedAndLateWhereNothingHas() {
    var ticker = ticker(pace)
    let times: [(Nanoseconds, activity: Int)] = [(1499, 3), (1500, 3)]
    #expect(times.map { ticker.take($0.0, activity: $0.activity) } == [false, true])
    #expect(ticker.next(activity: 3) == 2500)
    #expect(ticker.next(activity: 4) == 1600)
    let later: [(Nanoseconds, activity: Int)] = [(1599, 4), (1650, 4)]
    #expect(later.map { ticker.take($0.0, activity: $0.activity) } == [false, true])
    #expect(ticker.next(activity: 4) == 2650)
  }

  @Test func aFixedPaceHeedsNothing() {
    var ticker = ticker(TickPace(.nanoseconds(10)))
    #expect(ticker.next(activity: 1) == 1010)
    let isTime = ticker.take(1010, activity: 1)
    #expect(isTime)
    #expect(ticker.next(activity: 1) == 1020)
    #expect(ticker.next(activity: 2) == 1020)
  }
}
