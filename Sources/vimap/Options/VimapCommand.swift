import ArgumentParser

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
      cannot be created or the job not be gone on with, 74 reading or writing failed, 75 stopped \
      before the end, by --halt or with --checkpoint by a signal, 128+N ended by signal N.
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
  @OptionGroup(title: "Going on") var checkpoint: CheckpointOptions
  @OptionGroup(title: "Seeing what happens") var watch: WatchOptions
}

extension VimapCommand {
  /// Which options go together.
  static var rules: [OptionRule] {
    HTTPOptions.rules + ConnectionArguments.rules + ExecOptions.rules + TimeOptions.rules
      + FlowOptions.rules + CheckpointOptions.rules + WatchOptions.rules
  }

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
