import VimapBytes
import VimapSystem

/// How long the workers of one slot took over their tries. The times are counted in memory that is
/// shared with the pool, so they are known even after a worker has died, and no result is parsed
/// for them.
///
/// Times are counted as in an HdrHistogram: each octave is cut into equal parts, so many that a
/// time is known to less than one percent. The slot's workers write to the table, one after the
/// other, and the pool reads it. The pool has to expect any number in it.
package final class ServiceTable {
  private let memory: SharedMemory

  /// The number of parts of an octave, as a power of two.
  private static let partBits = 7
  /// Times from 13 days on count as this.
  package static let longest: Nanoseconds = 1 << 50
  package static let placeCount = place(of: longest - 1) + 1

  private static let totalWord = 0
  private static let longestWord = 8
  private static let restartsWord = 16
  private static let concurrencyWord = 24
  private static let countsOffset = 64

  static let memorySize = countsOffset + 8 * placeCount

  init(memory: SharedMemory) {
    self.memory = memory
  }

  // MARK: Writing

  /// Counts tries that took equally long.
  package func note(_ seconds: Double, count: Int) {
    let time = min(Nanoseconds.seconds(seconds), Self.longest - 1)
    add(UInt64(count), at: Self.countsOffset + 8 * Self.place(of: time))
    add(UInt64(count) &* time, at: Self.totalWord)
    memory.storeWord(max(time, memory.loadWord(at: Self.longestWord)), at: Self.longestWord)
  }

  /// Counts that the worker's command was started again.
  package func noteRestart() { add(1, at: Self.restartsWord) }

  package func note(concurrency: Double) {
    memory.storeWord(concurrency.bitPattern, at: Self.concurrencyWord)
  }

  private func add(_ count: UInt64, at offset: Int) {
    memory.storeWord(memory.loadWord(at: offset) &+ count, at: offset)
  }

  // MARK: Reading

  /// The sum of all times.
  package var total: Nanoseconds { memory.loadWord(at: Self.totalWord) }

  /// The longest time.
  package var maximum: Nanoseconds { memory.loadWord(at: Self.longestWord) }

  /// How many times commands were started again.
  package var restarts: Int { Int(UInt32(clamping: memory.loadWord(at: Self.restartsWord))) }

  /// How many requests at once the worker has settled on, if it finds that out by itself.
  package var concurrency: Double? {
    let number = Double(bitPattern: memory.loadWord(at: Self.concurrencyWord))
    return number > 0 && number.isFinite ? number : nil
  }

  /// Adds the count of each place to `counts`.
  package func add(to counts: inout [UInt64]) {
    for place in counts.indices {
      counts[place] &+= memory.loadWord(at: Self.countsOffset + 8 * place)
    }
  }

  // MARK: Places

  /// The place that a time is counted at.
  static func place(of time: Nanoseconds) -> Int {
    // The times of the first two octaves are known exactly.
    let shift = max(0, Nanoseconds.bitWidth - 1 - time.leadingZeroBitCount - partBits)
    return shift << partBits + Int(time >> UInt64(shift))
  }

  /// The middle of the times that are counted at a place.
  package static func middle(of place: Int) -> Nanoseconds {
    let shift = max(0, place >> partBits - 1)
    let least = Nanoseconds(place - shift << partBits) << UInt64(shift)
    return least + (1 << UInt64(shift)) / 2
  }
}
