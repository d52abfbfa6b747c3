import ArgumentParser

/// How long things may take.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How a command ends that does not leave by itself: times and signals in turn (default:"
        + " 10s,TERM,2s,KILL).", valueName: "sequence"))
  var termSeq: String?
}
