import ArgumentParser

/// What is shown of a run, or instead of one.
struct WatchOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Start nothing, and print what would run for each record: a command for a shell, or the"
        + " request as one of curl, without secrets."))
  var dryRun = false
}
