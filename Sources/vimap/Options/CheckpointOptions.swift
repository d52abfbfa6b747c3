import ArgumentParser

/// Going on with a job that was cut off.
struct CheckpointOptions: ParsableArguments {
  static let rules: [OptionRule] = [
    .needs(["--checkpoint"], "--output"),
    .needs(["--resume", "--sync", "--job-version"], "--checkpoint"),
    .needs(["--resume-anyway", "--retry-failed"], "--resume"),
  ]

  // man:
  // Write down there what is done, so that a run which is cut off can be gone on with; see
  // .Sx CHECKPOINTS .
  // The results go to a regular file, with
  // .Fl o .
  @Option(
    help: ArgumentHelp(
      "Write down there what is done, so that a run that is cut off can be gone on with.",
      valueName: "file"),
    completion: .file())
  var checkpoint: String?

  // man:
  // Go on with the job of
  // .Fl -checkpoint :
  // the same command, with this option added, does what is left.
  // Where there is neither a checkpoint nor an output yet, the job begins, so that a script
  // can always say so.
  @Flag(help: "Go on with the job of --checkpoint, if there is one.")
  var resume = false

  // man:
  // Make the output, the lines that failed and the checkpoint durable (fsync(2)) after this
  // time at the latest; 0 is after each write.
  // A process that is killed loses nothing by it; a machine that loses its power repeats no more
  // than this.
  // The default is 1s.
  @Option(
    help: ArgumentHelp(
      "Have what is written reach the disk this often; 0 is with each write (default: 1s).",
      valueName: "time"))
  var sync: SyncSpan?

  // man:
  // A word for what the command does, which nobody else can know: a job that began with another
  // one is not gone on with.
  @Option(
    help: ArgumentHelp(
      "The version of what the command does: a job of another one is not gone on with.",
      valueName: "text"))
  var jobVersion: String?

  // man:
  // Go on although options have changed that results depend on.
  // From now on the job has these.
  @Flag(help: "Go on although options have changed that results depend on.")
  var resumeAnyway = false

  // man:
  // With
  // .Fl -resume :
  // also do the records again that became exceptions, of a job that is finished as well.
  // Their exceptions are left out of the output and of
  // .Fl -failed ,
  // in a copy that takes its place; with
  // .Fl k
  // the new results are in their places at the end.
  @Flag(help: "With --resume: also do the records again that failed.")
  var retryFailed = false

  // man:
  // Say how far the job of a checkpoint has come, and do nothing else; it may be under way.
  @Option(
    help: ArgumentHelp(
      "Say how far the job of a checkpoint has come, and do nothing else.", valueName: "file"),
    completion: .file())
  var status: String?

  // man:
  // As
  // .Fl -status ,
  // as one JSON object, for programs.
  @Option(
    help: ArgumentHelp("The same as one JSON object, for programs.", valueName: "file"),
    completion: .file())
  var statusJson: String?
}

/// A length of time that may be none.
struct SyncSpan: ExpressibleByArgument, CustomStringConvertible {
  let seconds: Double
  let description: String

  init?(argument: String) {
    if let zero = Double(argument), zero == 0 {
      seconds = 0
    } else if let span = TimeSpan(argument: argument) {
      seconds = span.seconds
    } else {
      return nil
    }
    description = argument
  }
}
