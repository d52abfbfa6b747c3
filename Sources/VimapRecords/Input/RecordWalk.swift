import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// Reads the records of files as a ``RecordPool`` does, and hands them out one after the other in
/// this process. It shows what a pool would be given, without a pool.
///
/// It takes the memory of two slabs, however long the inputs are.
package final class RecordWalk {
  /// What comes next in the inputs.
  package enum Step {
    /// A record that is JSON: its number in its batch, which does not change until the next step.
    /// `worker` is the slot that must have it, if the record decides that.
    case record(Int, of: RecordBatch, worker: Int?)
    /// A record that becomes an exception without a try.
    case refused(RecordException, file: String, line: Int)
    /// There is nothing yet. The next step may wait.
    case waiting
    /// The inputs are at their end.
    case ended
  }

  /// Called for every input that cannot be read, or not to its end.
  package var onProblem: (InputProblem) -> Void {
    get { reader.inputs.onProblem }
    set { reader.inputs.onProblem = newValue }
  }

  /// See ``RunReport/linesWithGaps``.
  package var linesWithGaps: Int { gaps + reader.inputs.linesWithGaps }
  private var gaps = 0

  private let form: RecordForm
  private let jobs: Int
  private let reader: RecordReader
  private let slabs: InputSlabs
  private let composer: TupleComposer
  private let scanner = RecordScanner()

  private let batch = RecordBatch()
  /// The place of the batch, until its last record is handed out.
  private var input: InputBatch?
  private var rest = 0..<0
  private var isWaiting = false

  /// The most records that are read at a time.
  private static let batchSize = 256

  /// - Parameters:
  ///   - configuration: the pool that would map the records.
  ///   - form: what the records are.
  ///   - inputs: what to read, in this order.
  /// - Throws: `SystemError` if there is no memory to read into.
  package init(
    _ configuration: PoolConfiguration, _ form: RecordForm, inputs: [InputFile]
  ) throws(SystemError) {
    var form = form
    form.fileNames = inputs.map(\.name)
    self.form = form
    jobs = configuration.jobs
    slabs = try InputSlabs(count: 2, size: SlabLayout(jobs: jobs, window: 0).inputSlabSize)
    composer = TupleComposer(form)
    let lookup = RecordLookup(
      form, shards: jobs, budget: configuration.budget?.amount ?? .infinity)
    reader = RecordReader(
      files: inputs, mode: form.mode, encoding: form.encoding, slabs: slabs, lookup: lookup,
      counter: form.countsOccurrences ? OccurrenceCounter() : nil)
  }

  /// The place of a worker in the pool that would map the records.
  package func context(_ number: Int) -> WorkerContext { form.context(number, of: jobs) }

  /// The input that a record is in, and its line number there, from 1.
  package func place(of record: Int, in batch: RecordBatch) -> (file: String, line: Int) {
    (form.fileNames[batch.place.file], batch.line(of: record, mode: form.mode))
  }

  /// Goes on to the next step.
  package func next() throws(SystemError) -> Step {
    while true {
      if let record = rest.popFirst() { return step(to: record) }
      letGo()
      if isWaiting, let descriptor = reader.waitDescriptor {
        isWaiting = false
        try Descriptor.wait(until: .readable, descriptor)
      }
      switch try reader.cut(records: Self.batchSize) {
      case .batch(let cut): try take(cut)
      case .rejected(let line):
        return .refused(
          composer.exception(for: line).exception, file: form.fileNames[line.place.file],
          line: line.place.line)
      case .waiting:
        isWaiting = true
        return .waiting
      case .more: return .waiting
      // All slabs are ours, and none is in use now.
      case .noSlab: throw SystemError(call: "mmap", code: .noMemory)
      case .ended: return .ended
      }
    }
  }

  private func step(to record: Int) -> Step {
    guard let problem = batch.problem(with: record) else {
      return .record(record, of: batch, worker: input?.shard)
    }
    let (file, line) = place(of: record, in: batch)
    return .refused(
      .invalidJSON(problem, file: file, line: line), file: file, line: line)
  }

  private func take(_ cut: InputBatch) throws(SystemError) {
    let message = cut.message(0, 0..<cut.records, attempt: 1)
    let region = try cut.region(of: message, in: slabs)
    batch.load(
      message, region: region.bytes, memory: region.owner, mode: form.mode, scanner: scanner)
    if batch.hasGaps { gaps += region.bytes.linesWithGaps(endedBy: form.mode.separator) }
    rest = batch.records
    input = cut
  }

  private func letGo() {
    guard let input else { return }
    batch.unload()
    slabs.letGo(input)
    self.input = nil
  }
}
