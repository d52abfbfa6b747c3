import VimapBytes
import VimapKit
import VimapSystem

/// Writes many tuples of outputs in a row, without `meta`.
struct TupleRow {
  private let frame: TupleFormat.Frame
  private let overhead: Int

  init(frame: TupleFormat.Frame) {
    self.frame = frame
    overhead = frame.size
  }

  /// Writes one tuple. Returns `false`, and writes nothing, if there is no room for it.
  @inline(__always)
  func write(_ input: ByteView, _ output: ByteView, to place: inout MemoryCursor) -> Bool {
    if frame.isEmpty { return true }
    guard place.left >= overhead + input.count + output.count else { return false }
    if frame.hasInput {
      place.put(frame.beforeInput)
      place.put(input)
      place.put(frame.beforeOutput)
    }
    place.put(output)
    place.put(frame.end)
    return true
  }
}
