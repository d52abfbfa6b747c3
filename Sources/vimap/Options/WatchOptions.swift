import ArgumentParser

/// What is seen of a run, or instead of one.
struct WatchOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Start nothing, and print what would run for each record: a command for a shell, or the"
        + " request as one of curl, without secrets."))
  var dryRun = false

  @Flag(
    help: "At the end, show on standard error what the run came to and where the time went.")
  var stats = false

  @Option(
    help: ArgumentHelp("At the end, write the same there, as JSON.", valueName: "file"),
    completion: .file())
  var statsJson: String?

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
