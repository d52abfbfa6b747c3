import VimapBytes
import VimapCheckpoint
import VimapSystem

/// Reads an input that was read by an earlier run, and hands out its bytes when it is certain that
/// they are the same.
final class CheckedInput {
  private let descriptor: CInt
  private var check: InputCheck
  private var held = ByteBuffer()
  /// How many bytes have been handed out.
  private var given = 0
  private var isAtEnd = false
  /// What is wrong with the input; it is at its end then.
  private(set) var difference: InputDifference?

  init(_ descriptor: CInt, _ check: InputCheck) {
    self.descriptor = descriptor
    self.check = check
  }

  /// Something can be handed out without reading.
  var hasBytes: Bool { certain > 0 || isAtEnd }

  private var certain: Int {
    check.isComplete ? held.count : max(0, min(held.count, check.certainLength - given))
  }

  /// Reads once onto the end of `buffer`; as `Descriptor.read`, also `nil` where what was read is
  /// not certain yet.
  func read(into buffer: inout ByteBuffer, limit: Int) throws(SystemError) -> Int? {
    if certain == 0, !isAtEnd {
      guard let count = try Descriptor.read(descriptor, into: &held, limit: limit) else {
        return nil
      }
      do throws(InputDifference) {
        if count == 0 {
          isAtEnd = true
          try check.end()
        } else {
          try check.add(held.view.slice(held.count - count))
        }
      } catch {
        difference = error
        isAtEnd = true
        held.removeAll()
      }
      if certain == 0, !isAtEnd { return nil }
    }
    let piece = held.view.head(min(certain, limit))
    buffer.append(piece)
    let count = piece.count
    given += count
    held.removeFirst(count)
    return count
  }
}
