import ArgumentParser

/// What is told of a run when it is over.
struct StatisticsOptions: ParsableArguments {
  @Flag(
    help: "At the end, show on standard error what the run came to and where the time went.")
  var stats = false

  @Option(
    help: ArgumentHelp("At the end, write the same there, as JSON.", valueName: "file"),
    completion: .file())
  var statsJson: String?
}
