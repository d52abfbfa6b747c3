import VimapKit
import VimapRecords
import VimapSystem

/// Decides when a worker may begin a request, and to which server. It knows the pauses that answers
/// have asked for, the servers that refuse connections, and the level of `--concurrency auto`.
struct RequestGate {
  private let concurrency: Int
  /// The host and port of each server's requests, if it is always the same.
  private let hosts: [String?]
  private var failover: EndpointFailover
  private var pauses: HostPauses
  private var control: ConcurrencyControl?

  /// - Parameters:
  ///   - hosts: the `host:port` of each server, if it is always the same.
  ///   - worker: the worker's number.
  init(_ configuration: HTTPConfiguration, hosts: [String?], worker: Int, now: Nanoseconds) {
    concurrency = max(1, configuration.concurrency)
    self.hosts = hosts
    pauses = HostPauses(longest: .seconds(configuration.longestPause.seconds))
    failover = EndpointFailover(count: hosts.count, first: worker % hosts.count)
    if configuration.adaptsConcurrency {
      control = ConcurrencyControl(most: concurrency, now: now)
    }
  }

  /// The number of requests that may be in flight.
  var limit: Int { control?.limit ?? concurrency }

  /// The level of `--concurrency auto`: the number of requests in flight or, below one, the part of
  /// the time in which there is one.
  var level: Double { control?.level ?? Double(concurrency) }

  /// Whether a request may be begun at any time, as long as the limit is not reached.
  var isOpen: Bool { control == nil && pauses.isEmpty }

  /// The server to send to.
  mutating func server(_ now: Nanoseconds) -> Int {
    if pauses.isEmpty { return failover.current(now) }
    return failover.current(now) { pauseEnd(of: $0, now) }
  }

  /// Until when a server is paused; `.max` if the pause is too long to wait for.
  private mutating func pauseEnd(of server: Int, _ now: Nanoseconds) -> Nanoseconds {
    guard let host = hosts[server], let pause = pauses.current(host, now) else { return 0 }
    return waits(pause.length) ? pause.end : .max
  }

  /// The end of the pause of the server to send to, if all its requests go to one host.
  mutating func endOfCommonPause(_ now: Nanoseconds) -> Nanoseconds? {
    endOfPause(of: hosts[server(now)], now: now)
  }

  /// When the next request may be begun, to any host; `nil` for at once.
  func nextBegin(_ now: Nanoseconds) -> Nanoseconds? { control?.nextBegin(now) }

  /// The end of the pause of a host; `nil` if it has none that is waited for.
  mutating func endOfPause(of host: String?, now: Nanoseconds) -> Nanoseconds? {
    guard !pauses.isEmpty, let host else { return nil }
    return pauses.end(of: host, now: now)
  }

  /// The pause of a host, if it has one that is too long to wait for.
  mutating func refusal(of host: String?, now: Nanoseconds) -> KeyPause? {
    guard !pauses.isEmpty, let host else { return nil }
    return pauses.refusal(of: host, now: now)
  }

  /// When a record may be tried again whose server asks for a pause of this length.
  mutating func nextTry(
    at server: Int, _ length: Nanoseconds, now: Nanoseconds
  ) -> RecordException.NextTry {
    let other = self.server(now)
    let otherEnd = other == server ? .max : pauseEnd(of: other, now)
    if otherEnd <= now { return .elsewhere }
    if waits(length) { return .afterPause }
    return otherEnd == .max ? .never : .elsewhere
  }

  /// Whether a pause of this length is waited for.
  private func waits(_ length: Nanoseconds) -> Bool { length <= pauses.longest }

  mutating func note(_ pause: KeyPause) { pauses.add(pause) }

  mutating func noteBegin(inFlight: Int, now: Nanoseconds) {
    control?.noteBegin(inFlight: inFlight, now: now)
  }

  /// Learns from the outcome of a request.
  mutating func noteEnd(of exchange: Exchange, _ code: CurlCode, now: Nanoseconds) {
    let (handle, begun) = (exchange.handle, exchange.begun)
    let seconds = handle.curl.secondsConnected
    let wasRefused = code.isRefusal || (code == .operationTimedOut && seconds == nil)
    if wasRefused {
      failover.noteRefusal(of: exchange.server, begun: begun, now: now)
    } else {
      failover.noteConnection(to: exchange.server, begun: begun)
    }
    if control == nil { return }
    let wasTurnedAway =
      wasRefused || code == .operationTimedOut || [429, 503].contains(handle.status)
    let answered = code == .ok ? seconds.map(ConcurrencyControl.Outcome.answered) : nil
    control?.note(wasTurnedAway ? .turnedAway : answered ?? .other, begun: begun, now: now)
  }
}
