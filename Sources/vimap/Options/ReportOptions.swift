import ArgumentParser

/// What is said about a run.
struct ReportOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Show how far the run has come: a line on a terminal, where it is shown anyway; elsewhere a"
        + " line every 10 seconds."))
  var progress = false

  @Flag(help: "Do not show how far the run has come.")
  var noProgress = false

  @Flag(name: .shortAndLong, help: "Say what is decided and why: restarts, pauses, batch sizes.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false
}
