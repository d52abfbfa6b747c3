import ArgumentParser

/// How a command is started and talked to.
struct ExecOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A command for the shell, instead of COMMAND.", valueName: "shell-command"))
  var exec: String?

  @Flag(
    help: ArgumentHelp(
      "Start the command for each record: all it prints is the answer. In its arguments, {} is the"
        + " record, {.path} a part of it, {/.path} the name of that file, {#} its index, {%} the"
        + " worker and {init.NAME} a bound argument."))
  var each = false

  @Flag(help: "What the command prints is text; out is a JSON string.")
  var text = false

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "lines: a record a line and an output a line, in order; envelope: {\"id\":N,\"in\":RECORD}"
        + " and {\"id\":N,\"out\":VALUE} or {\"id\":N,\"exception\":VALUE}, in any order.",
      valueName: "name"))
  var lineProtocol: ProtocolName?

  @Option(
    // Lines of other programs may begin with a dash.
    parsing: .unconditional,
    help: ArgumentHelp(
      "The line by which the command says that it is ready, or /REGEX/ to be found in it: what it"
        + " prints up to there is skipped.",
      valueName: "line"))
  var ready: String?

  @Option(
    help: ArgumentHelp(
      "Pair answers with records by the value that both have there, in any order; PATH=PATH where"
        + " the answer has it elsewhere.",
      valueName: "path"))
  var match: String?

  @Option(
    help: ArgumentHelp(
      "When lines and records don't match up: stop, or go-on with a new command.",
      valueName: "what"))
  var onDesync = DesyncChoice.stop

  @Option(
    help: ArgumentHelp(
      "Answers of the command: one line each, or many, up to a line that --end-mark gives; out is"
        + " then their list.",
      valueName: "number"))
  var outputs = OutputsChoice.one

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The line that ends an answer of --outputs many.", valueName: "line"))
  var endMark: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What the command reads for each record instead of it, with {}, {.path} and the like filled"
        + " in; several are lines one below the other.",
      valueName: "template"))
  var feed: [String] = []

  @Option(
    help: ArgumentHelp(
      "How --feed writes values: json; sql, strings between single quotes; text, bare.",
      valueName: "language"))
  var quote: QuoteChoice?
}

/// What to do when lines and records don't match up.
enum DesyncChoice: String, CaseIterable, ExpressibleByArgument {
  case stop
  case goOn = "go-on"
}

/// How many lines an answer has.
enum OutputsChoice: String, CaseIterable, ExpressibleByArgument {
  case one, many
}

/// How values are written in what a command is fed.
enum QuoteChoice: String, CaseIterable, ExpressibleByArgument {
  case json, sql, text
}

/// How a command is talked to.
enum ProtocolName: String, CaseIterable, ExpressibleByArgument {
  case lines, envelope
}
