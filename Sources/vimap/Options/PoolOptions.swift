import ArgumentParser

/// The workers: how many, and for how long.
struct PoolOptions: ParsableArguments {
  // man:
  // The most workers, from 1 to 10000; they are started as there is work for them.
  // The default is the number of processors online, and with
  // .Fl -post
  // the number of URLs, where that is more.
  // From the number of processors,
  // .Ar n Ns % ,
  // .Li + Ns Ar n
  // and
  // .Li \- Ns Ar n
  // are reckoned: half of them is
  // .Li 50% ,
  // all but one
  // .Li \-1 ,
  // and never less than one.
  @Option(
    // What follows is the value, even where it begins with a dash: one worker less.
    name: [.customShort("j"), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Workers, at most; n%, +n and -n reckon from the processors online (default: as many, or one"
        + " a URL).",
      valueName: "n"))
  var jobs: JobCount?

  // man: Ar name Ns = Ns Ar value
  // A bound argument.
  // It may be given again: workers take the values of a name in turn, and find
  // theirs in the environment
  // as
  // .Ev VIMAP_INIT_ Ns Ar name
  // and, with
  // .Fl -each
  // and
  // .Fl -post ,
  // in place of
  // .Li {init.\& Ns Ar name Ns Li } .
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Bound argument, repeatable: workers take the values of a name in turn, and find theirs as"
        + " VIMAP_INIT_NAME in the environment, and as {init.NAME} in URLs and headers.",
      valueName: "name=value"))
  var initArguments: [InitArgument] = []

  // man:
  // Hand out
  // .Ar n
  // records at once.
  // Without it the number adapts itself: one where records are slow, many where they
  // are fast.
  @Option(
    help: ArgumentHelp(
      "Hand out this many records at once (default: adapts itself).", valueName: "n"))
  var chunk: Int?

  // man:
  // Replace a worker after it has been given
  // .Ar n
  // records: its command gets the end of its input, answers what it owes and leaves,
  // as at the end of the run, and another is started in its place.
  @Option(help: ArgumentHelp("Replace a worker after this many records.", valueName: "n"))
  var lifespan: Int?

  // man:
  // Replace a worker that has grown past
  // .Ar size .
  // It finishes what its command was given, as with
  // .Fl -lifespan ,
  // and the rest goes to other workers; no record is lost or charged with it.
  // What counts is the resident memory of all processes in the command's process
  // group, where memory that they share counts for each, or, with
  // .Fl -post ,
  // of the worker itself.
  // It is looked at after answers, at most four times a second.
  // With a size that is less than what a worker needs to begin with, each is replaced
  // after the first records that it was given.
  @Option(
    help: ArgumentHelp(
      "Replace a worker that has grown past this, between records: the resident memory of its"
        + " command's processes.",
      valueName: "size"))
  var maxWorkerRss: ByteCount?

  // man:
  // Records with the same value at
  // .Ar path
  // go to the same worker, and so to the same command, in the order of the input.
  // Strings are the same however they are spelt, numbers where they have exactly the
  // same value, lists and objects where all in them is the same in the same order.
  // A worker that dies or is replaced is followed by one that has its number.
  // With
  // .Fl -post ,
  // requests begin in this order, and
  // .Fl -concurrency Cm 1
  // makes each wait for the one before it.
  // A record without such a value becomes the exception
  // .Sy missing_field .
  // .Pp
  // A worker that is slow with its records holds up the reading, and so in the end
  // the other workers, when as many records wait for it as may.
  // Each record is looked into before it is handed out, and mostly handed out by
  // itself, which takes its time where records are otherwise fast.
  // With
  // .Fl R
  // the path can be
  // .Ql \&.
  // only.
  @Option(
    help: ArgumentHelp(
      "Records with the same value there go to the same worker, in order.", valueName: "path"))
  var shardBy: String?
}
