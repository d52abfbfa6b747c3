import ArgumentParser

/// The workers: how many, and for how long.
struct PoolOptions: ParsableArguments {
  @Option(
    // What follows is the value, even where it begins with a dash: one worker less.
    name: [.customShort("j"), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Workers, at most; n%, +n and -n reckon from the processors online (default: as many, or one"
        + " a URL).",
      valueName: "n"))
  var jobs: JobCount?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Bound argument, repeatable: workers take the values of a name in turn, and find theirs as"
        + " VIMAP_INIT_NAME in the environment, and as {init.NAME} in URLs and headers.",
      valueName: "name=value"))
  var initArguments: [InitArgument] = []

  @Option(
    help: ArgumentHelp(
      "Hand out this many records at once (default: adapts itself).", valueName: "n"))
  var chunk: Int?

  @Option(help: ArgumentHelp("Replace a worker after this many records.", valueName: "n"))
  var lifespan: Int?

  @Option(
    help: ArgumentHelp(
      "Replace a worker that has grown past this, between records: the resident memory of its"
        + " command's processes.",
      valueName: "size"))
  var maxWorkerRss: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Records with the same value there go to the same worker, in order.", valueName: "path"))
  var shardBy: String?
}
