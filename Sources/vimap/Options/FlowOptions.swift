import ArgumentParser

/// What becomes of records that fail, and how fast records may go.
struct FlowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Try a record again that failed in a way that may pass, up to this many times (default: 0).",
      valueName: "n"))
  var retry: Int?

  @Option(
    help: ArgumentHelp(
      "The longest pause before the first further try; it doubles with each (default: 1s).",
      valueName: "time"))
  var retryDelay: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "The longest pause before any further try (default: 60s).", valueName: "time"))
  var retryMaxDelay: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "What is tried again: kinds of exceptions, statuses and ranges of them (default:"
        + " exit,signal,timeout,http_transport,408,425,429,500,502,503,504).", valueName: "list"))
  var retryOn: String?

  @Option(
    help: ArgumentHelp(
      "Stop before the end of the input where records fail: soon finishes what is in flight, now"
        + " kills it; at the first failure, or at fail=n or fail=n% of them (default: never).",
      valueName: "when"),
    completion: .list(["never", "soon", "now"]))
  var halt: HaltText?

  @Option(
    help: ArgumentHelp(
      "Most tries started, over all workers: a number per s, m or h.", valueName: "n/unit"))
  var rate: RateText?

  @Option(
    help: ArgumentHelp(
      "Most that the records started may cost together: a number per s, m or h. It goes with"
        + " --cost.", valueName: "n/unit"))
  var budget: RateText?

  @Option(
    help: ArgumentHelp(
      "Where a record says what it costs: a number.", valueName: "path"))
  var cost: String?
}
