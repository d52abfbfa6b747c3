import VimapBytes
import VimapKit

/// How a result is written.
package enum TupleFormat: String, Sendable, CaseIterable {
  /// `{"in":…,"out":…,"type":…}`
  case object
  /// `[in,out,type]`
  case array
  /// `[in,out]`
  case pair
  /// `out` alone
  case out
  /// nothing
  case none

  /// Whether exceptions are written among the outputs. If not, they go to standard error.
  package var carriesExceptions: Bool {
    switch self {
    case .object, .array: true
    case .pair, .out, .none: false
    }
  }

  /// Whether there is a place for `meta`.
  package var carriesMeta: Bool {
    switch self {
    case .object, .array, .pair: true
    case .out, .none: false
    }
  }

  /// The fixed text around the parts of a tuple.
  struct Frame {
    var beforeInput: ByteView
    var beforeOutput: ByteView
    var beforeMeta: ByteView
    var end: ByteView
    /// Whether the input is written.
    var hasInput = true
    var isEmpty = false

    /// The bytes that are the same for every tuple.
    var size: Int {
      isEmpty ? 0 : beforeInput.count + beforeOutput.count + beforeMeta.count + end.count
    }
  }

  func outputFrame(meta: Bool) -> Frame {
    switch self {
    case .object:
      Frame(
        beforeInput: ByteView("{\"in\":"), beforeOutput: ByteView(",\"out\":"),
        beforeMeta: meta ? ByteView(",\"type\":\"output\",\"meta\":") : .empty,
        end: meta ? ByteView("}\n") : ByteView(",\"type\":\"output\"}\n"))
    case .array:
      Frame(
        beforeInput: ByteView("["), beforeOutput: ByteView(","),
        beforeMeta: meta ? ByteView(",\"output\",") : .empty,
        end: meta ? ByteView("]\n") : ByteView(",\"output\"]\n"))
    case .pair:
      Frame(
        beforeInput: ByteView("["), beforeOutput: ByteView(","),
        beforeMeta: meta ? ByteView(",") : .empty, end: ByteView("]\n"))
    case .out:
      Frame(
        beforeInput: .empty, beforeOutput: .empty, beforeMeta: .empty, end: ByteView("\n"),
        hasInput: false)
    case .none:
      Frame(
        beforeInput: .empty, beforeOutput: .empty, beforeMeta: .empty, end: .empty,
        hasInput: false, isEmpty: true)
    }
  }

  /// The frame of an exception in this format. If the format has no place for exceptions, it is the
  /// frame of the object that goes to standard error.
  func exceptionFrame(meta: Bool) -> Frame {
    switch self {
    case .array:
      Frame(
        beforeInput: ByteView("["), beforeOutput: ByteView(","),
        beforeMeta: meta ? ByteView(",\"exception\",") : .empty,
        end: meta ? ByteView("]\n") : ByteView(",\"exception\"]\n"))
    case .object, .pair, .out, .none:
      Frame(
        beforeInput: ByteView("{\"in\":"), beforeOutput: ByteView(",\"out\":"),
        beforeMeta: meta ? ByteView(",\"type\":\"exception\",\"meta\":") : .empty,
        end: meta ? ByteView("}\n") : ByteView(",\"type\":\"exception\"}\n"))
    }
  }
}
