import Testing
import VimapSystem

@testable import VimapKit

@Suite("Hosts that are left alone, and what is said of them")
struct PausedKeysTests {
  private static let second: Nanoseconds = .seconds(1)

  /// Asked for at a time, in seconds.
  private func pause(at time: Nanoseconds, seconds: Nanoseconds) -> KeyPause {
    KeyPause(
      key: "a:80", end: (time + seconds) * Self.second, length: seconds * Self.second, reason: 429)
  }

  /// Whether each of some pauses, by the time at which it is asked for and its length, is told.
  private func news(_ pauses: (time: Nanoseconds, length: Nanoseconds)...) -> [Bool] {
    var paused = PausedKeys()
    return pauses.map {
      let pause = pause(at: $0.time, seconds: $0.length)
      return paused.add(pause) && paused.isNews(pause, now: $0.time * Self.second)
    }
  }

  @Test func allOfThem() {
    func end(_ pauses: [String: Nanoseconds], _ names: [String], now: Nanoseconds) -> Nanoseconds? {
      var paused = PausedKeys()
      for (host, length) in pauses {
        _ = paused.add(KeyPause(key: host, end: length, length: length, reason: 503))
      }
      return paused.end(
        ofAll: KnownKeys(keys: names, longestPause: .nanoseconds(100)), now: now)
    }
    #expect(end(["a": 50], ["a"], now: 0) == 50)
    #expect(end(["a": 50], ["a"], now: 50) == nil)
    #expect(end(["a": 50], ["a", "b"], now: 0) == nil)
    #expect(end(["a": 50, "b": 40, "c": 1], ["a", "b", "a"], now: 0) == 40)
    // A longer one is not waited for: such records are to be excepted, not to be held.
    #expect(end(["a": 101], ["a"], now: 0) == nil)
    #expect(end(["a": 101, "b": 100], ["a", "b"], now: 0) == 100)
  }

  @Test func moments() { #expect(news((0, 1), (5, 1)) == [false, false]) }

  @Test func theSameAgainFromRequestsUnderWay() {
    #expect(news((0, 3600), (1, 3600), (2, 3600)) == [true, false, false])
  }

  @Test func longerOnes() { #expect(news((0, 10), (1, 60), (2, 9)) == [true, true, false]) }

  @Test func anotherOneBehindALongOne() {
    #expect(news((0, 600), (601, 600)) == [true, true])
  }

  @Test func theSameShortOneAgainAndAgain() {
    #expect(news((0, 5), (6, 5), (12, 5), (61, 5)) == [true, false, false, true])
  }

  @Test func endByTheirTime() {
    var paused = PausedKeys()
    let added = [5, 4].map { paused.add(pause(at: 0, seconds: $0)) }
    #expect(added == [true, false])
    #expect(paused.nextEnd == 5 * Self.second)
    let before = paused.current(4 * Self.second)
    #expect(before == [pause(at: 0, seconds: 5)])
    let after = paused.current(5 * Self.second)
    #expect(after == [])
    #expect(paused.nextEnd == nil)
  }
}
