import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

/// What stands in a line to a command, and in a line from it.
package enum LineProtocol: Sendable, Equatable {
  /// A record; an output. Answers come in the order of the records.
  case records
  /// A record; a text, which becomes a JSON string.
  case text
  /// `{"id":N,"in":RECORD}`; `{"id":N,"out":VALUE}` or `{"id":N,"exception":VALUE}`, in any order.
  case envelope
}

/// What a command worker runs, and how it talks to it.
package struct ExecConfiguration: Sendable {
  /// The program and its arguments.
  package var arguments: [String]
  /// What the lines are that go to the command and come from it.
  package var lines = LineProtocol.records
  /// What a command reads for each record, if not the record itself: a text with placeholders.
  package var feed: String?
  /// How values are written in ``feed``.
  package var quoting = Template.Encoding.json
  /// The line behind an answer that has any number of lines; `nil` where an answer is one line.
  package var endMark: String?
  /// The line that a command prints when it is ready; nothing before it is an answer.
  package var readySign: ReadySign?
  /// The value by which answers are paired with records; `nil` where that is done by their order.
  package var match: MatchRule?
  /// Whether the run ends when order can't be trusted any more; else the command is started again.
  package var stopsOnDesync = true
  /// The longest that a command may take to be ready; `nil` for as long as it takes.
  package var startLimit: Nanoseconds?
  /// The longest that a command may be at a record; `nil` for as long as it takes.
  package var timeLimit: Nanoseconds?
  /// The signals for a command that does not leave by itself.
  package var termSequence = TermSequence.usual
  /// How many records the command has at once, if it works on several.
  package var concurrency = 1
  /// The longest answer in bytes; a longer one is an exception.
  package var longestAnswer = 64 << 20
  /// The environment to which each worker's own variables are added, as `NAME=VALUE`.
  package var environment: [String]
  /// The soft limit of open files for commands; 0 leaves the one in force.
  package var fileLimit: UInt64 = 0
  /// Where lines of the command's standard error are passed on to, lent; -1 drops them.
  package var standardError: CInt = 2
  /// Whether these lines begin with the worker's number.
  package var marksStandardError = false
  /// The capacity to ask for of the pipes to and from the command, in bytes; 0 asks for none.
  package var pipeCapacity = 0

  /// Whether braces in the arguments are filled in from each record; for an ``EachWorker``.
  package var fillsArguments = false

  package init(arguments: [String], environment: [String]) {
    self.arguments = arguments
    self.environment = environment
  }

  /// A command that the shell reads.
  package static func shell(_ command: String, environment: [String]) -> ExecConfiguration {
    ExecConfiguration(arguments: ["/bin/sh", "-c", command], environment: environment)
  }
}

extension ExecConfiguration {
  /// What messages call the command.
  var name: String {
    let isShell = arguments.count == 3 && arguments.starts(with: ["/bin/sh", "-c"])
    return String((isShell ? arguments[2] : arguments.first ?? "").prefix(80))
  }

  /// Whether the command is a filter of text, and gets the lines as they were read.
  func feedsText(_ mode: InputMode) -> Bool {
    lines == .text && mode.isText && mode.separator == 0x0A
  }
}

/// The pool worker that keeps a command running, hands it a record a line, and takes a line for
/// each as its answer.
package struct CommandWorker: PoolWorker {
  private let configuration: ExecConfiguration

  package init(_ configuration: ExecConfiguration) {
    self.configuration = configuration
  }

  /// The command must be ended by its worker when the parent dies.
  package var endsItself: Bool { true }

  /// - Throws: ``WorkerFailure`` where the command is none that can be run.
  package mutating func run(_ link: WorkerLink) throws {
    try configuration.check(configuration.arguments[0])
    let signals = try CommandSignals(link: link.descriptor)
    try CommandSupervisor(link, configuration, signals).run()
  }
}

extension ExecConfiguration {
  /// Whether nothing but their order says which record an answer is for. Else answers say so, and
  /// come in any order.
  package var pairsByOrder: Bool { lines != .envelope && match == nil }
}
