import VimapSystem

/// What a fork server is asked for.
struct ForkRequest: BitwiseCopyable {
  enum Kind: UInt8 {
    /// Fork a worker for `slot`. The worker's end of the socket is attached.
    case fork
    /// Kill the worker of `slot` if it still runs, and report how it ended.
    case reap
    /// As `reap`, without a report.
    case reapSilently
    /// See the workers out, who have been told to leave, within `time`.
    case letGo
    /// Nothing more comes.
    case leave
  }
  var kind: Kind
  var slot: Int32 = 0
  var time: Nanoseconds = 0
}

/// How it went.
struct ForkReply: BitwiseCopyable {
  /// 0, or the error number that says why the request failed.
  var failure: CInt = 0
  var exitStatus: Int32 = 0
  var signal: Int32 = 0
  var peakMemory: Int64 = 0
}
