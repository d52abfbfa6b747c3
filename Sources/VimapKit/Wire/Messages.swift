/// What the parent tells a worker. A batch that is larger than a slab comes as an attached file.
package struct ToWorker: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable {
    /// Here are records.
    case batch
    /// `slab` is yours to write results into.
    case resultSlab
    /// No more can be given for now: get out what is held back.
    case flush
    /// No more batches will come: finish and leave.
    case close
    /// Leave the key in the text alone until `index`, a moment on the monotonic clock.
    case pause
  }

  var kind: Kind
  /// The slab, or ``attachedFile``, or ``inline``.
  package var slab: Int32 = 0
  package var batch: UInt64 = 0
  package var offset: Int = 0
  package var length: Int = 0
  /// The record that the bytes begin with.
  package var begin: Int = 0
  /// The records of the batch to work on: all, or those left of one that a worker died over.
  package var firstRecord: Int = 0
  package var endRecord: Int = 0
  /// The batch's place in the input: its first record from 1, its first line from 1, its file.
  package var index: Int = 0
  package var line: Int = 0
  package var file: Int32 = 0
  /// Which try this is, from 1.
  package var attempt: Int32 = 1
  /// Whether the records may have been passed on in a try before.
  package var mayBeSent = false
  /// How many times each of the records has been in the input before, where that is counted.
  package var occurrence: Int32 = 0
  /// The worker's own number for why there is a pause, of `length` nanoseconds.
  var reason: Int32 = 0

  static let attachedFile: Int32 = -1
  /// The bytes are the message's text.
  static let inline: Int32 = -2
}

/// What a worker tells the parent.
package struct FromWorker: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable {
    /// There, as the process `index`.
    case forked
    /// The worker cannot be forked; the text says why, `code` is the errno. There are `index`
    /// others.
    case notForked
    /// Set up, and at work.
    case ready
    /// Cannot be set up; the text says why, `code` is the errno or 0.
    case failed
    /// What a worker has to say about its end; in the text.
    case exitMessage
    /// `slab` has `published` runs. Where a file is attached, it holds the tuple of the last run.
    case results
    /// All records are handed to the command, it has taken them in, and does not answer: more of
    /// them may help.
    case wantsMore
    /// Of the records sent, no more than the first `index` will be begun, and no more taken.
    case retiring
    /// Something a person should know; in the text.
    case notice
    /// Some of the text in the batch `index` is not UTF-8.
    case gaps
    /// What the worker has decided, for those who want to know why; in the text.
    case decision
    /// All outputs told of by now stand beside their own inputs.
    case certain
    /// Outputs since the last `certain`, and no more than the last `index` of them, may stand
    /// beside the wrong inputs; in the text, why.
    case outOfStep
    /// Something came that answers no record, and leaves no other in doubt; in the text.
    case stray
    /// A command ended without a single answer; in the text, how.
    case inVain
    /// The key in the text is to be left alone until `index`, a moment on the monotonic clock, for
    /// `length` nanoseconds; `code` is the worker's own number for why.
    case pause
    /// Until `index`, a moment on the monotonic clock, the worker can do nothing but wait for the
    /// end of such pauses; 0 where it no longer has to.
    case resting
  }

  var kind: Kind
  var slab: Int32 = 0
  var published: Int32 = 0
  /// The slab will not be written to any more.
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
