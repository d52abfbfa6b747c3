/// A message of the parent to a worker. A batch that is larger than a slab comes as an attached
/// file.
package struct ToWorker: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable {
    /// The worker gets records.
    case batch
    /// The worker may write results to `slab`.
    case resultSlab
    /// The worker gets no more for now: it must give the answers that it holds back.
    case flush
    /// No more batches will come: the worker must finish and leave.
    case close
    /// The key in the text is paused until `index`, a moment on the monotonic clock.
    case pause
  }

  var kind: Kind
  /// The slab, or ``attachedFile``, or ``inline``.
  package var slab: Int32 = 0
  package var batch: UInt64 = 0
  package var offset: Int = 0
  package var length: Int = 0
  /// The number of the record that the bytes begin with.
  package var begin: Int = 0
  /// The records of the batch to work on: all of them, or those that are left after a worker's
  /// death.
  package var firstRecord: Int = 0
  package var endRecord: Int = 0
  /// The batch's place in the input: its first record from 1, its first line from 1, its file.
  package var index: Int = 0
  package var line: Int = 0
  package var file: Int32 = 0
  /// Which try this is, from 1.
  package var attempt: Int32 = 1
  /// Whether the records may have been sent on in an earlier try.
  package var mayBeSent = false
  /// How many times each of the records has been in the input before, if that is counted.
  package var occurrence: Int32 = 0
  /// The worker's own code for the reason of the pause. `length` is the pause in nanoseconds.
  var reason: Int32 = 0

  static let attachedFile: Int32 = -1
  /// The bytes are the message's text.
  static let inline: Int32 = -2
}

/// A message of a worker to the parent.
package struct FromWorker: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable {
    /// The worker exists, as the process `index`.
    case forked
    /// The worker cannot be forked. The text says why, `code` is the errno. There are `index` other
    /// workers.
    case notForked
    /// The worker is set up.
    case ready
    /// The worker cannot be set up. The text says why, `code` is the errno or 0.
    case failed
    /// The exit message of the worker, in the text.
    case exitMessage
    /// `slab` has `published` runs. If a file is attached, it holds the tuple of the last run.
    case results
    /// The command has read all records of this worker, and does not answer. More records may help.
    case wantsMore
    /// The worker will begin only the first `index` of the records sent to it, and takes no more.
    case retiring
    /// Something that users should know, in the text.
    case notice
    /// Some lines of the batch `index` are not UTF-8.
    case gaps
    /// A decision of the worker, for users who want to know why; in the text.
    case decision
    /// All outputs reported so far stand beside their own inputs.
    case certain
    /// Outputs since the last `certain` may stand beside the wrong inputs, but no more than the
    /// last `index`. The text says why.
    case outOfStep
    /// Something came that answers no record, and leaves no other record in doubt; in the text.
    case stray
    /// A command ended without a single answer. The text says how.
    case inVain
    /// The key in the text is paused until `index`, a moment on the monotonic clock, for `length`
    /// nanoseconds. `code` is the worker's own code for the reason.
    case pause
    /// All records of the worker wait for pauses to end, until `index`, a moment on the monotonic
    /// clock. 0 if they no longer have to wait.
    case resting
  }

  var kind: Kind
  var slab: Int32 = 0
  var published: Int32 = 0
  /// The worker writes no more to the slab.
  var slabIsFull = false
  var code: Int32 = 0
  var index: Int = 0
  var length: Int = 0

  package init(
    kind: Kind, slab: Int32 = 0, published: Int32 = 0, slabIsFull: Bool = false, code: Int32 = 0,
    index: Int = 0, length: Int = 0
  ) {
    self.kind = kind
    self.slab = slab
    self.published = published
    self.slabIsFull = slabIsFull
    self.code = code
    self.index = index
    self.length = length
  }
}
