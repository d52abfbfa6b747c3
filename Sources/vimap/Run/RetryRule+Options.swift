import VimapKit
import VimapRecords

extension RetryRule {
  /// How often and when the options have records tried again.
  init(_ options: FlowOptions) throws {
    self.init()
    guard let retry = options.retry else { return }
    guard (0...1_000_000).contains(retry) else {
      throw Refusal(.usage, "--retry \(retry): give a number of further tries, 0 or more")
    }
    retries = retry
    if let time = options.retryDelay { firstDelay = .seconds(time.seconds) }
    if let time = options.retryMaxDelay { longestDelay = .seconds(time.seconds) }
    let covered = try RetriedFailures(options)
    losses = []
    if covered.kinds.contains(.worker) { losses.insert(.death) }
    if covered.kinds.contains(.timeout) { losses.insert(.timeLimit) }
  }
}
