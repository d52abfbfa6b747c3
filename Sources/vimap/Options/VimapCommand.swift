import ArgumentParser
import VimapKit

/// A command line: the options and files, and, behind `--`, the command with its arguments, of
/// which nothing is ours to read.
struct TypedLine {
  let options: VimapCommand
  /// `nil` where there is no `--`.
  let command: [String]?
  /// All of it, as it was typed.
  let arguments: ArraySlice<String>

  init(_ arguments: ArraySlice<String>) throws {
    self.arguments = arguments
    let terminator = arguments.firstIndex(of: "--") ?? arguments.endIndex
    options = try VimapCommand.read(arguments[..<terminator])
    command = terminator < arguments.endIndex ? Array(arguments[(terminator + 1)...]) : nil
  }
}

/// What stands before `--` on the command line.
struct VimapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vimap",
    abstract: "Map JSON lines through a pool of long-lived workers.",
    usage: """
      vimap [OPTIONS] [FILE ...] -- COMMAND [ARG ...]
      vimap [OPTIONS] [FILE ...] --exec 'SHELL COMMAND'
      vimap [OPTIONS] [FILE ...] --each -- COMMAND [ARG ...]
      vimap [OPTIONS] [FILE ...] --post URL [--post URL ...]
      """,
    discussion: """
      Reads records, one line of JSON each, from FILEs or standard input, hands each to one of \
      several workers, and writes every record beside its result:

        {"in":RECORD,"out":VALUE,"type":"output"}
        {"in":RECORD,"out":EXCEPTION,"type":"exception"}

      A worker is a COMMAND that is kept running and prints one line for each line it reads, \
      or, with --post, requests to a server.

      EXAMPLES
        vimap records.jsonl -- python3 model.py
        vimap -j4 --format out records.jsonl -- jq -c --unbuffered .user
        vimap --concurrency 32 --post 'http://localhost:8080/users/{.id}' users.jsonl
        vimap -R --text words.txt -- sed -u 's/a/b/'
        vimap --each --text records.jsonl -- wc -c -- {.file}
        vimap --failed again.jsonl records.jsonl -- ./worker > results.jsonl

      EXIT STATUS
        0 every record gave an output, 1 some did not, 64 wrong usage, 66 an input cannot be \
      read, 69 no worker can be started, 70 records and results do not add up, 73 the output \
      cannot be created, 74 reading or writing failed, 75 stopped before the end by --halt, \
      128+N ended by signal N.
      """,
    version: "vimap \(Program.version)")

  @Argument(
    help: "Files of records, read in order; none, or -, is standard input.", completion: .file())
  var file: [String] = []

  @OptionGroup(title: "Records") var records: RecordOptions
  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Pool") var pool: PoolOptions
  @OptionGroup(title: "Command workers") var exec: ExecOptions
  @OptionGroup(title: "HTTP worker") var http: HTTPOptions
  @OptionGroup(title: "HTTP connections") var connection: ConnectionArguments
  @OptionGroup(title: "Time") var time: TimeOptions
  @OptionGroup(title: "Failure and flow") var flow: FlowOptions
  @OptionGroup(title: "Seeing what happens") var watch: WatchOptions
  @OptionGroup(title: "Statistics") var statistics: StatisticsOptions
  @OptionGroup(title: "What is said") var report: ReportOptions
}

extension VimapCommand {
  /// Reads what was typed before `--`.
  static func read(_ words: some Sequence<String>) throws -> VimapCommand {
    try parse(AttachedValues.split(words))
  }

  /// Whether there is an option of this name.
  static func knows(_ option: String) -> Bool {
    do {
      _ = try parse([option])
      return true
    } catch {
      return !message(for: error).hasPrefix("Unknown option")
    }
  }
}

struct RecordOptions: ParsableArguments {
  @Flag(
    name: [.customShort("R"), .customLong("raw-input")],
    help: "Each line is text: the record is that line as a JSON string.")
  var rawInput = false

  @Flag(
    name: [.customShort("0"), .customLong("null")], help: "Records end in NUL instead of LF.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "What the input is in, by a name that iconv -l lists: latin1, cp1252, shift_jis, utf-16"
        + " (default: UTF-8). Lines kept by --failed are in it too.",
      valueName: "name"))
  var encoding: String?

  @Option(
    name: .customLong("max-record"),
    help: ArgumentHelp(
      "Longest record, and longest answer of a command; a longer one is an exception.",
      valueName: "size"))
  var maxRecord = ByteCount(bytes: 64 << 20)
}

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

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "lines: a record a line and an output a line, in order; envelope: {\"id\":N,\"in\":RECORD}"
        + " and {\"id\":N,\"out\":VALUE} or {\"id\":N,\"exception\":VALUE}, in any order.",
      valueName: "name"))
  var lineProtocol: ProtocolName?
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

extension TupleFormat: ExpressibleByArgument {}
