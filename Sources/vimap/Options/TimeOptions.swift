import ArgumentParser

/// How long things may take.
struct TimeOptions: ParsableArguments {
  static let rules: [OptionRule] = [
    .needs(["--start-timeout", "--term-seq"], .command),
    .needs(["--start-timeout"], .keptCommand),
  ]

  // man:
  // The longest that a request may take, from its start to the end of its answer; the
  // default is 30s.
  // Also the longest that a command may be at a record, counted from when the record
  // was fed to it or its answer before came, whichever was later; the default is
  // none.
  // It does not count before the command is ready: before it has printed the line of
  // .Fl -ready
  // or, without that, has read of its first record.
  // .Pp
  // A record that takes longer becomes an exception.
  // Its command is ended as by
  // .Fl -term-seq ,
  // but has 1 second at most to leave by itself, and what it still answers is
  // dropped; other records that it had been given go to the next one.
  // With
  // .Fl -each
  // the first signal is sent at once.
  // A command that holds its answers back answers for many records at once, and its
  // time must be enough for that: the record that is charged is the first it owes.
  @Option(
    help: ArgumentHelp(
      "The longest a command may be at a record (default: none), or a request may take (default:"
        + " 30s).", valueName: "time"))
  var timeout: TimeSpan?

  // man:
  // The longest that a command may take to be ready, as above; the default is none.
  // It counts from the start of the command with
  // .Fl -ready ,
  // and else from when it is given its first record.
  // One that takes longer is ended, and the record that waited for it becomes a
  // .Sy timeout .
  @Option(
    help: ArgumentHelp(
      "The longest a command may take to be ready: to print the line of --ready, or to read of its"
        + " first record (default: none); --timeout counts from there.", valueName: "time"))
  var startTimeout: TimeSpan?

  // man:
  // How a command ends that does not leave by itself once its input is closed: times
  // and signals in turn, with commas between them.
  // The default is
  // .Ql 10s,TERM,2s,KILL :
  // it has 10 seconds to leave before it is sent SIGTERM, and 2 more before it is
  // sent SIGKILL.
  // A signal is a name, with or without SIG, or a number, and is sent to the whole
  // process group; a time has its unit, and may be
  // .Ql 0s .
  // A sequence that does not end in KILL is followed by KILL when it is through.
  // Who is stopped is continued to heed the signal.
  // The same time is given to what a command has left running in its group when it
  // has ended itself.
  @Option(
    help: ArgumentHelp(
      "How a command ends that does not leave by itself: times and signals in turn (default:"
        + " 10s,TERM,2s,KILL).", valueName: "sequence"))
  var termSeq: String?
}
