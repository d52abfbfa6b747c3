import VimapKit
import VimapSystem

/// One thing that happens to a simulated pool.
///
/// A history is a list of these. One that cannot happen as things are, such as the answer of a
/// worker that is not there, is passed over; so any part of a history is a history too.
enum Decision: Equatable {
  /// So many records come from the input, if they are wanted.
  case read(Int, shard: Int = 0, cost: Double = 0)
  /// A line comes from the input that no worker gets.
  case reject
  case endInput
  /// There is no room to read into.
  case blocked
  /// Whoever wants results takes so many.
  case take(Int)
  /// All servers ask to be left alone for so long.
  case pause(Nanoseconds)
  /// Nothing happens before the next timer.
  case wait

  case ready(Int)
  /// A worker cannot be set up, or cannot go on, and says so.
  case breaks(Int)
  /// So many workers cannot be forked from now on.
  case forksFail(Int)
  /// A worker answers so many of its records, those before them left out.
  case answer(Int, skip: Int = 0, count: Int = 1)
  /// A record fails in a way that is worth another try, if there is one.
  case fail(Int, skip: Int = 0, pause: Nanoseconds? = nil)
  case wantsMore(Int)
  /// A worker keeps its answers to itself until it is told to let go.
  case holdsBack(Int)
  /// A worker is found to be at its next record for too long.
  case late(Int)
  /// A worker will leave once it has answered so many of the records it has.
  case retire(Int, keeping: Int)
  /// The pool hears of that.
  case hear(Int)
  /// A worker is killed, having begun so many of the records it has not answered.
  case die(Int, begins: Int = 0)
  /// A worker that has been told to, and has nothing left to do, leaves.
  case leave(Int)

  /// Somebody wishes the run to stop.
  case stop(HaltRule.Manner)
  case abort
  case abandon
}

extension [Decision] {
  /// The list as it can be pasted into a test.
  var code: String { map { "  .\($0)," }.joined(separator: "\n") }
}
