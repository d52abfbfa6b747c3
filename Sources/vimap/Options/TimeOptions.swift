import ArgumentParser

/// How long things may take.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The longest a command may be at a record (default: none), or a request may take (default:"
        + " 30s).", valueName: "time"))
  var timeout: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "The longest a command may take to be ready: to print the line of --ready, or to read of its"
        + " first record (default: none); --timeout counts from there.", valueName: "time"))
  var startTimeout: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "How a command ends that does not leave by itself: times and signals in turn (default:"
        + " 10s,TERM,2s,KILL).", valueName: "sequence"))
  var termSeq: String?
}
