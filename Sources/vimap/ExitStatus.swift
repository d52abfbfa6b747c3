/// How a run of the command ended, for its exit status.
enum ExitStatus: Equatable {
  /// Every record gave an output.
  case success
  /// At least one record became an exception.
  case exceptions
  /// The command line is wrong.
  case usage
  /// An input cannot be read.
  case noInput
  /// No worker can be started.
  case noWorker
  /// Records and results do not add up.
  case miscounted
  /// An output cannot be created.
  case cannotCreate
  /// Reading or writing failed.
  case inputOutput
  /// Failures stopped the run before its end, or a signal one that can be gone on with.
  case halted
  /// As an earlier run ended.
  case earlier(Int32)
  /// Ended by a signal.
  case signal(Int32)

  /// The numbers of sysexits(3), if it has one. For a signal, the number that a shell uses.
  var code: Int32 {
    switch self {
    case .success: 0
    case .exceptions: 1
    case .usage: 64
    case .noInput: 66
    case .noWorker: 69
    case .miscounted: 70
    case .cannotCreate: 73
    case .inputOutput: 74
    case .halted: 75
    case .earlier(let code): code
    case .signal(let number): 128 + number
    }
  }
}

/// Why a run ends before it begins: the exit status and the message.
struct Refusal: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}
