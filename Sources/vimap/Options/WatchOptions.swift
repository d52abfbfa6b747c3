import ArgumentParser

/// What is seen of a run, or instead of one.
struct WatchOptions: ParsableArguments {
  static let rules: [OptionRule] = [
    .oneOf(["--progress", "--no-progress"]),
    .oneOf(["--progress", "--quiet"]),
    .oneOf(["--verbose", "--quiet"]),
  ]

  // man:
  // Start nothing, and print to standard output what would run for each record; see
  // .Sx DRY RUN .
  // The files of
  // .Fl o
  // and
  // .Fl -failed
  // are left alone.
  @Flag(
    help: ArgumentHelp(
      "Start nothing, and print what would run for each record: a command for a shell, or the"
        + " request as one of curl, without secrets."))
  var dryRun = false

  // man:
  // At the end, however it comes, show on standard error what the run came to and
  // where its time went; see
  // .Sx STATISTICS .
  @Flag(
    help: "At the end, show on standard error what the run came to and where the time went.")
  var stats = false

  // man:
  // Write the same there, as JSON;
  // .Ql -
  // is standard output, where nothing else goes there.
  // A regular file is replaced as a whole, at the end, also of a run that came to nothing, as
  // .Li outcome
  // and
  // .Li exit_status
  // then say.
  // That it can be written is found out before the run; where the run is refused before it starts
  // anything, the file stays as it was.
  @Option(
    help: ArgumentHelp("At the end, write the same there, as JSON.", valueName: "file"),
    completion: .file())
  var statsJson: String?

  // man:
  // Show how far the run has come.
  // See
  // .Sx PROGRESS .
  @Flag(
    help: ArgumentHelp(
      "Show how far the run has come: a line on a terminal, where it is shown anyway; elsewhere a"
        + " line every 10 seconds."))
  var progress = false

  // man:
  // Do not show it.
  @Flag(help: "Do not show how far the run has come.")
  var noProgress = false

  // man:
  // Say on standard error what is decided, and why the run goes as it does: when
  // workers and commands are started and how they end, how many records are handed
  // out at once, which records are tried again and when, and which servers are left
  // alone for how long.
  // Each line has the time since the start.
  @Flag(name: .shortAndLong, help: "Say what is decided and why: restarts, pauses, batch sizes.")
  var verbose = false

  // man:
  // Say nothing but errors: no notices, no summary of what failed, no progress.
  // What commands write to standard error is passed on as ever.
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false
}
