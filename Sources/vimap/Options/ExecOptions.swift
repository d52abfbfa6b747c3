import ArgumentParser

/// How a command is started and talked to.
struct ExecOptions: ParsableArguments {
  /// What only means something where answers are paired with records.
  private static let pairing = [
    "--ready", "--match", "--on-desync go-on", "--outputs many", "--end-mark", "--feed", "--quote",
  ]

  static let rules: [OptionRule] = [
    .needs(["--each", "--text", "--protocol"] + pairing, .command),
    .needs(["--text", "--each"], .lines),
    .needs(pairing, .keptCommand),
    .needs(["--end-mark"], "--outputs many"),
    .needs(["--outputs many"], .lines),
    .needs(
      ["--match"],
      .init(
        text: "it goes with answers of one line of JSON each, without --text, --protocol envelope"
          + " and --outputs many",
        noneOf: ["--text", "--protocol envelope", "--outputs many"])),
    .needs(["--quote"], "--feed"),
    .needs(["--feed"], .lines),
  ]

  // man:
  // A command for
  // .Pa /bin/sh Fl c ,
  // instead of
  // .Ar command .
  @Option(
    help: ArgumentHelp("A command for the shell, instead of COMMAND.", valueName: "shell-command"))
  var exec: String?

  // man:
  // Start the command for each record, which it finds on its standard input, and in its
  // arguments where they have placeholders; see
  // .Sx A process for each record .
  @Flag(
    help: ArgumentHelp(
      "Start the command for each record: all it prints is the answer. In its arguments, {} is the"
        + " record, {.path} a part of it, {/.path} the name of that file, {#} its index, {%} the"
        + " worker and {init.NAME} a bound argument."))
  var each = false

  // man:
  // What the command prints is text, and
  // .Li out
  // is a JSON string.
  // Together with
  // .Fl R ,
  // and without
  // .Fl 0 ,
  // the lines that it reads are text as well, exactly as they came in.
  @Flag(help: "What the command prints is text; out is a JSON string.")
  var text = false

  // man:
  // What stands in the lines:
  // .Cm lines ,
  // which is the default, for a record a line and an output a line, in the same
  // order, or
  // .Cm envelope ,
  // for answers in any order; see
  // .Sx Envelopes .
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "lines: a record a line and an output a line, in order; envelope: {\"id\":N,\"in\":RECORD}"
        + " and {\"id\":N,\"out\":VALUE} or {\"id\":N,\"exception\":VALUE}, in any order.",
      valueName: "name"))
  var lineProtocol: ProtocolName?

  // man:
  // The command is ready when it prints this line, white space around it left out, or,
  // for
  // .Ar line
  // between slashes, one that has this extended regular expression in it
  // .Pq Xr regex 7 .
  // What it prints up to there is skipped, and it is given nothing before.
  @Option(
    // Lines of other programs may begin with a dash.
    parsing: .unconditional,
    help: ArgumentHelp(
      "The line by which the command says that it is ready, or /REGEX/ to be found in it: what it"
        + " prints up to there is skipped.",
      valueName: "line"))
  var ready: String?

  // man: Ar path Ns Op Cm \&= Ns Ar path
  // Pair answers with records by the value that both have at
  // .Ar path ,
  // or the answer at the second one.
  // Any shift is then found at once, answers may come in any order, and a record that
  // is left out becomes an exception of its own.
  // Values are equal as for
  // .Fl -shard-by .
  // A command that does next to nothing takes about four times as long with it, as each
  // record and each answer is looked into.
  @Option(
    help: ArgumentHelp(
      "Pair answers with records by the value that both have there, in any order; PATH=PATH where"
        + " the answer has it elsewhere.",
      valueName: "path"))
  var match: String?

  // man:
  // When lines and records do not match up:
  // .Cm stop ,
  // which is the default, or
  // .Cm go-on
  // with a new command; see
  // .Sx Pairs that can be trusted .
  @Option(
    help: ArgumentHelp(
      "When lines and records don't match up: stop, or go-on with a new command.",
      valueName: "what"))
  var onDesync = DesyncChoice.stop

  // man:
  // Answers of the command are
  // .Cm one
  // line each, which is the default, or
  // .Cm many ,
  // up to a line that
  // .Fl -end-mark
  // gives;
  // .Li out
  // is then the list of them, each a value, or with
  // .Fl -text
  // a string.
  @Option(
    help: ArgumentHelp(
      "Answers of the command: one line each, or many, up to a line that --end-mark gives; out is"
        + " then their list.",
      valueName: "number"))
  var outputs = OutputsChoice.one

  // man:
  // The line that ends an answer of
  // .Fl -outputs Cm many .
  // Take one that cannot be an output.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The line that ends an answer of --outputs many.", valueName: "line"))
  var endMark: String?

  // man:
  // What the command reads for each record in the place of the record, with
  // .Ql {} ,
  // .Ql {.path}
  // and the like filled in as in
  // .Sx A process for each record .
  // Given several times, these are lines one below the other.
  // A prompt that goes on after an error gives nothing but the end mark, as it does for
  // no rows: have it leave
  // .Po
  // .Ql sqlite3 -bail ,
  // .Ql psql -v ON_ERROR_STOP=1
  // .Pc ,
  // and the record says why.
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What the command reads for each record instead of it, with {}, {.path} and the like filled"
        + " in; several are lines one below the other.",
      valueName: "template"))
  var feed: [String] = []

  // man:
  // How
  // .Fl -feed
  // writes values:
  // .Cm json ,
  // which is the default, as they stand in the record;
  // .Cm sql ,
  // strings between single quotes of which those inside are doubled, numbers as they
  // are, true, false and null as keywords, lists and objects as strings of JSON;
  // .Cm text ,
  // bare, which lets a record say whatever the command understands.
  // Choose by who reads it: quotes of JSON do not keep a string together for a reader of
  // SQL.
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
