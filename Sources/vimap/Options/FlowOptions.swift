import ArgumentParser

/// What becomes of records that fail, and how fast records may go.
struct FlowOptions: ParsableArguments {
  static let rules: [OptionRule] = [
    .needs(["--retry-delay", "--retry-max-delay", "--retry-on"], "--retry"),
    .needs(["--budget"], "--cost"),
    .needs(["--cost"], "--budget"),
  ]

  // man:
  // Try a record again, up to
  // .Ar n
  // times, that failed in a way that may pass; the default is 0.
  // The record waits for its turn without a worker, and delays no other but, with
  // .Fl k ,
  // those whose results come behind its own.
  // Then it goes to any worker, with
  // .Fl -shard-by
  // to that of its shard, behind records that have gone there in the meantime.
  // What the record failed with last is its result when no try is left.
  @Option(
    help: ArgumentHelp(
      "Try a record again that failed in a way that may pass, up to this many times (default: 0).",
      valueName: "n"))
  var retry: Int?

  // man:
  // The longest pause before the first further try; the default is 1s.
  // It doubles with each try.
  // The pause itself is any time up to that, by chance.
  @Option(
    help: ArgumentHelp(
      "The longest pause before the first further try; it doubles with each (default: 1s).",
      valueName: "time"))
  var retryDelay: TimeSpan?

  // man:
  // The longest pause before any further try; the default is 60s.
  @Option(
    help: ArgumentHelp(
      "The longest pause before any further try (default: 60s).", valueName: "time"))
  var retryMaxDelay: TimeSpan?

  // man:
  // What is tried again, with commas: kinds of exceptions, as under
  // .Sx RESULTS AND EXCEPTIONS ,
  // statuses and ranges of statuses such as
  // .Ql 500-599 .
  // It stands in the place of the default, which is
  // .Ql exit,signal,timeout,http_transport,408,425,429,500,502,503,504
  // and an answer of a server that is not the JSON it has to be.
  // .Sy http_status
  // is every status.
  // A record that cannot be handed to a worker at all is never tried again, nor is what no other
  // try can change, whatever the list says: what counts as no try (see
  // .Li attempts
  // there), a redirect that cannot be followed, and a server whose certificate is not
  // accepted, where no other
  // .Fl -post
  // is there to go to.
  @Option(
    help: ArgumentHelp(
      "What is tried again: kinds of exceptions, statuses and ranges of them (default:"
        + " exit,signal,timeout,http_transport,408,425,429,500,502,503,504).", valueName: "list"))
  var retryOn: String?

  // man: Cm never | soon | now Ns Op , Ns Cm fail Ns = Ns Ar n Ns | Ns Ar n Ns %
  // Stop before the end of the input where records fail.
  // .Cm soon
  // finishes what is in flight;
  // .Cm now
  // kills it.
  // It takes
  // .Ar n
  // failures, or
  // .Ar n
  // percent of the records that have finished, and without
  // .Cm fail
  // one failure.
  // Percents are looked at once 10 records have finished, and as many as one failure
  // is
  // .Ar n
  // percent of: 100 of them for 1%.
  // A failure that is tried again is none yet.
  // The default is
  // .Cm never .
  // .Pp
  // What is in flight is what workers have begun: commands that run, lines that a
  // command was given, requests that were sent.
  // With
  // .Fl -each
  // and
  // .Fl -post
  // nothing more is begun behind the failure but what other workers, or other
  // requests of the same one, are at; so each record is handed out by itself.
  // What was read and not begun becomes the exception
  // .Sy cancelled ,
  // and with
  // .Cm now
  // so does what was killed; what waits to be tried again is answered with what it
  // failed with.
  // What was not read is left alone.
  // The exit status is 75.
  @Option(
    help: ArgumentHelp(
      "Stop before the end of the input where records fail: soon finishes what is in flight, now"
        + " kills it; at the first failure, or at fail=n or fail=n% of them (default: never).",
      valueName: "when"),
    completion: .list(["never", "soon", "now"]))
  var halt: HaltText?

  // man:
  // Start no more than
  // .Ar n
  // tries, further ones included, in any second
  // .Pq Ql 500/s ,
  // minute
  // .Pq Ql 10/m
  // or hour
  // .Pq Ql 0.5/h ,
  // over all workers, and start them evenly.
  // Each worker has no more records than it can work on at once; so a command that
  // holds its answers back is told of the end of its input, and started again, for
  // almost every record.
  @Option(
    help: ArgumentHelp(
      "Most tries started, over all workers: a number per s, m or h.", valueName: "n/unit"))
  var rate: RateText?

  // man:
  // Let the records that are started in any second, minute or hour cost no more than
  // .Ar n
  // together.
  // Further tries cost as much again.
  // A record for which there is no budget yet holds up those behind it; one that
  // costs more than
  // .Ar n
  // becomes the exception
  // .Sy record_too_large .
  @Option(
    help: ArgumentHelp(
      "Most that the records started may cost together: a number per s, m or h. It goes with"
        + " --cost.", valueName: "n/unit"))
  var budget: RateText?

  // man:
  // Where a record says what it costs, a number of 0 or more; one too large for a double is
  // more than any budget.
  // A record without one becomes the exception
  // .Sy missing_field .
  @Option(
    help: ArgumentHelp(
      "Where a record says what it costs: a number.", valueName: "path"))
  var cost: String?
}
