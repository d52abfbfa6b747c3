import ArgumentParser
import VimapKit
import VimapRecords

/// What a result looks like, and where it goes.
struct ResultOptions: ParsableArguments {
  // man:
  // Write the results there instead of to standard output, which is
  // .Ql - .
  // What was in the file is replaced when the run begins: once a worker is ready and an
  // input is open.
  // A run that is refused, for a name that was mistyped, say, leaves the file as it was, and no
  // new one.
  // A file of that name is
  // .Ql ./- ;
  // the file that standard output is, as
  // .Pa /dev/stdout ,
  // is standard output.
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write there instead of to standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  // man:
  // What a result looks like:
  // .Cm object ,
  // which is the default,
  // .Cm array ,
  // .Cm pair ,
  // .Cm out
  // or
  // .Cm none ;
  // see
  // .Sx RESULTS AND EXCEPTIONS .
  @Option(
    help: ArgumentHelp(
      "What a result looks like: object, array ([in,out,type]), pair ([in,out]), out or none; in"
        + " the last three, exceptions go to standard error.",
      valueName: "format"))
  var format = TupleFormat.object

  // man:
  // Write the results in the order of the input.
  @Flag(name: [.customShort("k"), .long], help: "Results in the order of the input.")
  var keepOrder = false

  // man:
  // The most bytes of input that are in flight, or wait for their turn under
  // .Fl k ;
  // one batch, or one long record, may exceed it.
  // A slow record stops the reading rather than filling memory.
  // The default is 16M.
  @Option(
    help: ArgumentHelp(
      "Most bytes of input in flight or waiting for their turn.", valueName: "size"))
  var window = ByteCount(bytes: 16 << 20)

  // man:
  // Add to each result the record's number over all inputs
  // .Pq Li index ,
  // its
  // .Li file
  // and
  // .Li line ,
  // the number of the
  // .Li worker ,
  // the
  // .Li attempts
  // made and the
  // .Li seconds
  // it took.
  // The formats
  // .Cm out
  // and
  // .Cm none
  // have no place for it.
  @Flag(help: "Add index, file, line, worker, attempts and seconds to each result.")
  var meta = false

  // man:
  // Also write the input line of each exception there, at once and as it was read, in
  // the order in which records fail.
  // That holds for lines that are no JSON and for those that are too long as well, for
  // a carriage return before the line feed, and with
  // .Fl R
  // and
  // .Fl 0 .
  // Each ends in a line feed, or NUL with
  // .Fl 0 ,
  // also if it was the last and had none.
  // Such a file can be fed again, with the same options; under
  // .Fl -idempotency-key ,
  // see there what becomes of lines that are the same.
  // What was in it is replaced when the run begins, as with
  // .Fl o .
  // It can be none of the inputs, nor the file that results or standard error go to.
  // .Ql -
  // is standard output, where no results go there.
  @Option(
    help: ArgumentHelp(
      "Also write the input line of each exception there, to be fed again.", valueName: "file"),
    completion: .file())
  var failed: String?
}

extension TupleFormat: ExpressibleByArgument {}
