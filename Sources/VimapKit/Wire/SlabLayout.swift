/// The sizes of the memory that the pool's processes share.
///
/// A slab is small enough to be in the processor's cache still when a worker looks at what the
/// parent has read. It is large enough to hide the cost of a message.
package struct SlabLayout: Sendable {
  /// The bytes of input that a slab holds.
  package var inputSlabSize = 256 << 10
  /// The number of slabs that input is read into.
  var inputSlabCount: Int
  /// The number of result slabs of each worker.
  var resultSlabCount = 4

  /// Limits the address space: memory that is never touched costs nothing else.
  private static let mostWindow = 1 << 30

  /// - Parameters:
  ///   - window: the most bytes of input that may be in flight, or wait for their turn in the
  ///     output.
  ///   - keepsOrder: whether results wait in their slabs for their turn.
  package init(jobs: Int, window: Int, keepsOrder: Bool = false) {
    // Every worker can hold slabs of two batches, and one slab is being read into. Further slabs
    // are enough for the window to be what stops the reading. So the number of requests at once is
    // what the user asked for, however long the records are.
    inputSlabCount = 2 * jobs + 4 + min(window, Self.mostWindow) / inputSlabSize
    // If there are fewer processors than processes, a worker gets some milliseconds ahead of the
    // worker whose turn it is. With more slabs it can do that, and its results need not be copied.
    if keepsOrder {
      resultSlabCount = max(4, min(16, window / ResultSlabLayout.payloadSize / jobs))
    }
  }
}

/// What the parent wants of a worker.
enum StopRequest: UInt64 {
  /// Answers to everything that the worker was given and still gets.
  case wanted = 0
  /// Answers to what the worker has begun, and nothing more.
  case recalled = 1
  /// Nothing any more.
  case dismissed = 2
}

/// The shared memory of one worker: words about its state, then its result slabs. Each slab has a
/// word, a table of runs, and the tuples.
enum ResultSlabLayout {
  /// The most runs in a slab.
  static let runCapacity = 512
  /// The bytes of tuples in a slab.
  static let payloadSize = 256 << 10

  private static let stateSize = unsentTable + unsentCapacity * 8
  private static let tableOffset = 64
  private static let payloadOffset = tableOffset + runCapacity * Run.size
  private static let slabSize = payloadOffset + payloadSize

  static func memorySize(slabs: Int) -> Int { stateSize + slabs * slabSize }

  /// The word with the number of records begun since the worker was forked. They are counted in the
  /// order in which they were sent to it. The word can be read after the worker has died: a record
  /// without an answer may have had an effect if it is counted here, and was not touched if it is
  /// not.
  static let begunWord = 0
  /// The word with the process group of the worker's command.
  static let groupWord = 8
  /// The word with the moment, on the monotonic clock, at which the worker began its current
  /// record. 0 if there is none, or if nobody wants to know.
  static let sinceWord = 16
  /// The word with the parent's ``StopRequest``.
  static let stopRequestWord = 24

  /// The word with the number of places that are used in the table of unsent records.
  static let unsentPlacesWord = 32
  /// A table of words. Each stands for some records that were begun and are not sent yet; see
  /// ``UnsentRecords``.
  private static let unsentTable = 64
  static let unsentCapacity = 1024
  static func unsentWord(_ place: Int) -> Int { unsentTable + place * 8 }

  /// The word with the number of runs published in a slab.
  static func publishedWord(_ slab: Int) -> Int { stateSize + slab * slabSize }
  static func run(_ index: Int, of slab: Int) -> Int {
    stateSize + slab * slabSize + tableOffset + index * Run.size
  }
  static func payload(of slab: Int) -> Int { stateSize + slab * slabSize + payloadOffset }
}
