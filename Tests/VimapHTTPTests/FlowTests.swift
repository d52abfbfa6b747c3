import Testing
import VimapSystem

@testable import VimapHTTP
@testable import VimapKit
@testable import VimapRecords

@Suite("Retry-After")
struct RetryAfterTests {
  private func delay(_ head: String, now: Int = 784_111_777) -> Nanoseconds? {
    withView(head) { RetryAfter.delay($0, now: { now }) }
  }

  @Test(arguments: [
    ("0", 0), ("7", 7), ("3600", 3600), ("3601", 3601), ("99999999999999999999999", 604_800),
    ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sunday, 06-Nov-94 08:49:47 GMT", 10),
    ("Sun Nov  6 08:49:47 1994", 10), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
    ("Mon, 01 Jan 1990 00:00:00 GMT", 0), ("Sun, 06 Nov 2094 08:49:47 GMT", 604_800),
  ])
  func seconds(_ value: String, _ seconds: Int) {
    #expect(delay("A: 1\r\nretry-AFTER:  \(value) \r\nB: 2\r\n") == .seconds(Double(seconds)))
  }

  @Test(arguments: [
    ("0.5", 500), ("1.5", 1500), ("5s", 5000), ("1m0s", 60_000), ("1M30s", 90_000), ("250ms", 250),
    ("1h", 3_600_000), ("2h", 7_200_000), ("1.5s", 1500), ("1d", 86_400_000), ("8d", 604_800_000),
  ])
  func otherForms(_ value: String, _ milliseconds: Int) {
    #expect(delay("Retry-After: \(value)\r\n") == .seconds(Double(milliseconds) / 1000))
  }

  @Test func inMilliseconds() {
    #expect(delay("retry-after-ms: 20\r\nRetry-After: 1\r\n") == .seconds(0.02))
    #expect(delay("Retry-After: 1\r\nRetry-After-MS: 20.5\r\n") == .seconds(0.0205))
    for endless in [
      "18446744074", "99999999999999999999h", "Fri, 31 Dec 9999 23:59:59 GMT",
      String(repeating: "9", count: 400), "9999999d9999999d",
    ] {
      #expect(delay("Retry-After: \(endless)\r\n") == RetryAfter.longest, "\(endless)")
    }
    #expect(delay("retry-after-ms: soon\r\nRetry-After: 1\r\n") == .seconds(1))
  }

  @Test(arguments: [
    "", "-1", ".5", "1.2.3", "s", "5x", "1m 0s", "soon", "1 2", "1s5", "Someday, 06 Nov",
    "08:49:37", "٣",
  ])
  func nonsense(_ value: String) {
    #expect(delay("Retry-After: \(value)\r\n") == nil)
  }

  @Test func theServersOwnClock() {
    let head =
      "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:40 GMT\r\n"
    for now in [0, .min, .max] { #expect(delay(head, now: now) == .seconds(3)) }
  }

  @Test func aClockThatIsFarOff() {
    let head = "Retry-After: Sun, 06 Nov 1994 08:49:40 GMT\r\n"
    #expect(delay(head, now: .min) == RetryAfter.longest)
    #expect(delay(head, now: .max) == 0)
  }

  @Test func none() {
    #expect(delay("") == nil)
    #expect(delay("X-Retry-After: 3\r\nRetry-Afterwards: 3\r\n") == nil)
  }

  @Test func isPartOfTheException() {
    func pause(_ head: String) -> Nanoseconds? {
      let answer = Answer(longestHead: 1000, longestBody: 1000)
      _ = withView(head) { answer.takeHeaderLine($0) }
      let writer = AnswerWriter(HTTPConfiguration(urls: [], userAgent: ""), isJSON: isJSON)
      return writer.exception(answer, status: 429).pause?.delay
    }
    #expect(pause("Retry-After: 3\r\n") == .seconds(3))
    #expect(pause("Retry-Again: 3\r\n") == nil)
  }
}

@Suite("Pauses of hosts")
struct HostPausesTests {
  private func pause(_ end: Nanoseconds, length: Nanoseconds = 10) -> KeyPause {
    KeyPause(key: "a:80", end: end, length: length, reason: 429)
  }

  @Test func thoseThatAreTooLongAreNotWaitedFor() {
    var pauses = HostPauses(longest: 10)
    let long = pause(200, length: 11)
    pauses.add(pause(100))
    pauses.add(long)
    let ends = ["a:80", "b:80"].map { pauses.end(of: $0, now: 50) }
    #expect(ends == [nil, nil])
    let refusals = ["a:80", "b:80"].map { pauses.refusal(of: $0, now: 199) }
    #expect(refusals == [long, nil])
    let last = pauses.refusal(of: "a:80", now: 200)
    #expect(last == nil)
    #expect(pauses.isEmpty)
  }

  @Test func endByTheirTime() {
    var pauses = HostPauses(longest: 10)
    pauses.add(pause(100))
    pauses.add(pause(50))
    let ends = ["a:80", "b:80"].map { pauses.end(of: $0, now: 99) }
    #expect(ends == [100, nil])
    let refusal = pauses.refusal(of: "a:80", now: 99)
    #expect(refusal == nil)
    #expect(!pauses.isEmpty)
    let last = pauses.end(of: "a:80", now: 100)
    #expect(last == nil)
    #expect(pauses.isEmpty)
  }
}

@Suite("Where and when a record is tried again")
struct NextTryTests {
  private static let second: Nanoseconds = .seconds(1)
  private static let long: Nanoseconds = .seconds(60)

  /// A gate to two servers, of which the first is the worker's own; no pause of more than two
  /// seconds is waited for.
  /// - Parameters:
  ///   - pauses: for how long each has asked not to be sent to.
  ///   - refused: one that could not be connected to.
  private func gate(pauses: [Nanoseconds?], refused: Int? = nil) throws -> RequestGate {
    let urls = [try TargetURL("http://a:80/"), try TargetURL("http://b:80/")]
    var configuration = HTTPConfiguration(urls: urls, userAgent: "")
    configuration.longestPause = .seconds(2)
    var gate = RequestGate(configuration, hosts: urls.map(\.hostAndPort), worker: 0, now: 1)
    for (url, length) in zip(urls, pauses) {
      guard let host = url.hostAndPort, let length else { continue }
      gate.note(KeyPause(key: host, end: 1 + length, length: length, reason: 503))
    }
    if let refused {
      try CurlLibrary.start()
      let context = WorkerContext(number: 0, jobs: 1, initArguments: [:])
      let exchange = try RequestBuilder(configuration, targets: urls, worker: context)
        .makeExchange(tag: 0)
      exchange.server = refused
      gate.noteEnd(of: exchange, CurlCode(number: 7), now: 1)
    }
    return gate
  }

  private func next(
    _ pauses: [Nanoseconds?], refused: Int? = nil, at server: Int = 0
  ) throws -> RecordException.NextTry {
    var gate = try gate(pauses: pauses, refused: refused)
    return gate.nextTry(at: server, pauses[server] ?? 0, now: 1)
  }

  @Test func atAServerThatHasNotAskedForAPause() throws {
    #expect(try next([Self.second, nil]) == .elsewhere)
    #expect(try next([Self.long, nil]) == .elsewhere)
    #expect(try next([nil, Self.long], at: 1) == .elsewhere)
  }

  @Test func whenTheFirstPauseIsOverWhereAllHaveAskedForOne() throws {
    #expect(try next([Self.second, 2 * Self.second]) == .afterPause)
    #expect(try next([Self.second, Self.long]) == .afterPause)
  }

  @Test func atAnotherWhosePauseIsShortWhereNobodyWaitsForItsOwn() throws {
    #expect(try next([Self.long, Self.second]) == .elsewhere)
  }

  @Test func notAtAllWhereNobodyWaitsForThat() throws {
    #expect(try next([Self.long, Self.long]) == .never)
    #expect(try next([Self.long, Self.long], at: 1) == .never)
  }

  @Test func oneThatCouldNotBeConnectedToIsBetterThanOneThatSaysNo() throws {
    #expect(try next([Self.long, nil], refused: 1) == .elsewhere)
    // It may be sent to in a second, and the other sooner.
    #expect(try next([Self.second / 2, nil], refused: 1) == .afterPause)
    #expect(try next([2 * Self.second, nil], refused: 1) == .elsewhere)
  }
}

@Suite("Which server is sent to")
struct EndpointFailoverTests {
  private let second: Nanoseconds = .seconds(1)

  @Test func itsOwnWhileThatIsThere() {
    var failover = EndpointFailover(count: 3, first: 1)
    #expect(failover.current(0) == 1)
    failover.noteRefusal(of: 1, begun: 0, now: 10)
    #expect(failover.current(10) == 2)
    #expect(failover.current(10 + second) == 1)
  }

  @Test func nextInTurn() {
    var failover = EndpointFailover(count: 3, first: 1)
    failover.noteRefusal(of: 1, begun: 0, now: 10)
    failover.noteRefusal(of: 2, begun: 0, now: 20)
    #expect(failover.current(20) == 0)
    failover.noteRefusal(of: 0, begun: 0, now: 30)
    // All are out; the first to come back is as good as any.
    #expect(failover.current(30) == 1)
  }

  @Test func pausesDouble() {
    var failover = EndpointFailover(count: 2, first: 0)
    var now: Nanoseconds = 0
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] as [Nanoseconds] {
      failover.noteRefusal(of: 0, begun: now, now: now)
      #expect(failover.current(now + seconds * second - 1) == 1)
      now += seconds * second
      #expect(failover.current(now) == 0)
    }
    failover.noteConnection(to: 0, begun: now)
    failover.noteRefusal(of: 0, begun: now, now: now)
    #expect(failover.current(now + second) == 0)
  }

  @Test func requestsOfBeforeSayNothingNew() {
    var failover = EndpointFailover(count: 2, first: 0)
    failover.noteRefusal(of: 0, begun: 5, now: 10)
    failover.noteRefusal(of: 0, begun: 6, now: 11)
    failover.noteConnection(to: 0, begun: 7)
    #expect(failover.current(9 + second) == 1)
    #expect(failover.current(10 + second) == 0)
  }

  @Test func pausedServersArePassedBy() {
    var failover = EndpointFailover(count: 3, first: 1)
    #expect(failover.current(0) { $0 == 1 ? 5 : 0 } == 2)
    #expect(failover.current(5) { $0 == 1 ? 5 : 0 } == 1)
    failover.noteRefusal(of: 2, begun: 0, now: 10)
    #expect(failover.current(10) { $0 == 1 ? .max : 0 } == 0)
    // One that may not answer is better than one that has said that it will not.
    #expect(failover.current(10) { $0 == 2 ? 0 : .max } == 2)
    #expect(failover.current(10) { [40, 30, 20][$0] } == 1)
    #expect(failover.current(10) { _ in .max } == 1)
  }

  @Test func aLoneServerIsNeverLeftOut() {
    var failover = EndpointFailover(count: 1, first: 0)
    failover.noteRefusal(of: 0, begun: 0, now: 0)
    #expect(failover.current(1) == 0)
  }
}

@Suite("Concurrency that adapts itself")
struct ConcurrencyControlTests {
  /// A server and its client: virtual time, in which requests end one after the other.
  private struct Simulation {
    var control = ConcurrencyControl(most: 1000, now: 1)
    var now: Nanoseconds = 1
    var flying: [(end: Nanoseconds, begun: Nanoseconds, outcome: ConcurrencyControl.Outcome)] = []
    var accepted = 0
    var rejected = 0

    /// - Parameter answer: how long the server takes over a request, and what becomes of it.
    mutating func run(
      seconds: Double,
      _ answer: (_ now: Nanoseconds, _ inFlight: Int) -> (
        seconds: Double, outcome: ConcurrencyControl.Outcome
      )
    ) {
      let end = now + .seconds(seconds)
      while now < end {
        let next = control.nextBegin(now)
        if flying.count < control.limit, next == nil {
          let (time, outcome) = answer(now, flying.count + 1)
          flying.append((now + .seconds(time), now, outcome))
          control.noteBegin(inFlight: flying.count, now: now)
          continue
        }
        let first = flying.indices.min { flying[$0].end < flying[$1].end }
        guard let first, flying[first].end <= next ?? .max || flying.count >= control.limit else {
          now = next ?? now
          continue
        }
        let over = flying.remove(at: first)
        now = max(now, over.end)
        if case .turnedAway = over.outcome { rejected += 1 } else { accepted += 1 }
        control.note(over.outcome, begun: over.begun, now: now)
      }
    }
  }

  @Test func aServerThatAllows200ASecond() {
    var simulation = Simulation()
    var (tokens, last) = (20.0, Nanoseconds(1))
    func answer(
      _ now: Nanoseconds, _: Int
    ) -> (seconds: Double, outcome: ConcurrencyControl.Outcome) {
      tokens = min(20, tokens + Double(now - last) / 1e9 * 200)
      last = now
      if tokens < 1 { return (0.002, .turnedAway) }
      tokens -= 1
      return (0.002, .answered(seconds: 0.002))
    }
    simulation.run(seconds: 5, answer)
    (simulation.accepted, simulation.rejected) = (0, 0)
    simulation.run(seconds: 60, answer)
    #expect(simulation.accepted > 60 * 180, "\(simulation.accepted)")
    // So that ten tries are always enough.
    #expect(simulation.rejected < simulation.accepted / 2, "\(simulation.rejected)")
  }

  @Test func aServerThatSlowsDownBeyond40AtOnce() {
    var simulation = Simulation()
    func answer(
      _: Nanoseconds, _ inFlight: Int
    ) -> (seconds: Double, outcome: ConcurrencyControl.Outcome) {
      let time = 0.05 * max(1, Double(inFlight) / 40)
      return (time, .answered(seconds: time))
    }
    simulation.run(seconds: 10, answer)
    for _ in 0..<120 {
      simulation.run(seconds: 1, answer)
      #expect((20...90).contains(simulation.control.level), "\(simulation.control.level)")
    }
  }

  @Test func aServerThatBearsAll() {
    var simulation = Simulation()
    simulation.run(seconds: 3) { _, _ in (0.1, .answered(seconds: 0.1)) }
    #expect(simulation.control.limit == 1000)
  }

  @Test func aServerThatIsAway() {
    var simulation = Simulation()
    simulation.run(seconds: 30) { _, _ in (0.001, .turnedAway) }
    #expect(simulation.control.level < 0.1)
    #expect(simulation.control.limit == 1)
    for _ in 0..<120 where simulation.control.level <= 1 {
      simulation.run(seconds: 1) { _, _ in (0.02, .answered(seconds: 0.02)) }
    }
    #expect(simulation.control.level > 1)
  }

  @Test func whatIsNotMadeUseOfDoesNotGrow() {
    var control = ConcurrencyControl(most: 1000, now: 1)
    for second in 1...20 {
      let now: Nanoseconds = .seconds(Double(second))
      control.noteBegin(inFlight: 3, now: now)
      for _ in 0..<20 { control.note(.answered(seconds: 0.01), begun: now, now: now + 1) }
    }
    #expect(control.limit == 8)
  }

  @Test func oneDecreaseForAllThatWereInFlight() {
    var control = ConcurrencyControl(from: 100, most: 1000, now: 1)
    let end: Nanoseconds = .seconds(1)
    for _ in 0..<100 { control.note(.turnedAway, begun: 1, now: end) }
    #expect(control.limit == 25)
    control.note(.turnedAway, begun: 2, now: end + end)
    #expect(control.limit == 25)
  }
}
