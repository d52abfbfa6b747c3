/// The sizes of the memory that the pool's processes share.
///
/// A slab is small enough that what the parent reads is still in the processor's cache when a
/// worker looks at it, and large enough that the cost of a message about it does not show.
package struct SlabLayout: Sendable {
  /// Bytes of input a slab holds.
  package var inputSlabSize = 256 << 10
  /// How many slabs input is read into.
  var inputSlabCount: Int
  /// Slabs for results, each worker.
  var resultSlabCount = 4

  /// Memory that is not touched costs nothing, but it has an address.
  private static let mostWindow = 1 << 30

  /// - Parameters:
  ///   - window: most bytes of input in flight or waiting for their turn.
  ///   - keepsOrder: results wait for their turn in their slabs.
  package init(jobs: Int, window: Int, keepsOrder: Bool = false) {
    // Every worker can hold a slab in each of two batches, and one is being read into; beyond that
    // it is the window that stops the reading, so that requests at once are as many as was asked
    // for, however long the records are.
    inputSlabCount = 2 * jobs + 4 + min(window, Self.mostWindow) / inputSlabSize
    // Where processors are fewer than processes, a worker gets ahead of the one whose turn it is by
    // some milliseconds. It should be able to, or its results have to be copied out of its way.
    if keepsOrder {
      resultSlabCount = max(4, min(16, window / ResultSlabLayout.payloadSize / jobs))
    }
  }
}

/// What the parent wants of a worker.
enum StopRequest: UInt64 {
  /// All it was given, and is still given.
  case wanted = 0
  /// What it has begun, and nothing more.
  case recalled = 1
  /// Nothing any more.
  case dismissed = 2
}

/// The shared memory of one worker: words about its state, then its result slabs, each of
/// which is a word, a table of runs, and the tuples.
enum ResultSlabLayout {
  /// Most runs in a slab.
  static let runCapacity = 512
  /// Bytes of tuples in a slab.
  static let payloadSize = 256 << 10

  private static let stateSize = unsentTable + unsentCapacity * 8
  private static let tableOffset = 64
  private static let payloadOffset = tableOffset + runCapacity * Run.size
  private static let slabSize = payloadOffset + payloadSize

  static func memorySize(slabs: Int) -> Int { stateSize + slabs * slabSize }

  /// The word that counts the records begun since the worker was forked, in the order they were
  /// sent to it. It can be read when the worker has died: of the records not answered, those
  /// counted here may have had an effect, the others have not been touched.
  static let begunWord = 0
  /// The word that holds the process group of the worker's command.
  static let groupWord = 8
  /// The word that says since when the worker has been at the record begun last, on the monotonic
  /// clock; 0 where it is at none, or nobody wants to know.
  static let sinceWord = 16
  /// The word in which the parent says what it wants of the worker, a ``StopRequest``.
  static let stopRequestWord = 24

  /// The word that counts the places of the table behind it that have been used.
  static let unsentPlacesWord = 32
  /// Words that each tell of some records that were begun and have not been sent yet; see
  /// ``UnsentRecords``.
  private static let unsentTable = 64
  static let unsentCapacity = 1024
  static func unsentWord(_ place: Int) -> Int { unsentTable + place * 8 }

  /// The word that counts the runs published in a slab.
  static func publishedWord(_ slab: Int) -> Int { stateSize + slab * slabSize }
  static func run(_ index: Int, of slab: Int) -> Int {
    stateSize + slab * slabSize + tableOffset + index * Run.size
  }
  static func payload(of slab: Int) -> Int { stateSize + slab * slabSize + payloadOffset }
}
