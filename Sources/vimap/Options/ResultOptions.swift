import ArgumentParser
import VimapKit

/// What a result looks like, and where it goes.
struct ResultOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write there instead of to standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "What a result looks like: object, array ([in,out,type]), pair ([in,out]), out or none; in"
        + " the last three, exceptions go to standard error.",
      valueName: "format"))
  var format = TupleFormat.object

  @Flag(name: [.customShort("k"), .long], help: "Results in the order of the input.")
  var keepOrder = false

  @Option(
    help: ArgumentHelp(
      "Most bytes of input in flight or waiting for their turn.", valueName: "size"))
  var window = ByteCount(bytes: 16 << 20)

  @Flag(help: "Add index, file, line, worker, attempts and seconds to each result.")
  var meta = false

  @Option(
    help: ArgumentHelp(
      "Also write the input line of each exception there, to be fed again.", valueName: "file"),
    completion: .file())
  var failed: String?
}

extension TupleFormat: ExpressibleByArgument {}
