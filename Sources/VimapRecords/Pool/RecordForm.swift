import VimapJSON
import VimapKit
import VimapSystem

/// What the records of a ``RecordPool`` are and how its results are written.
package struct RecordForm: Sendable {
  /// How the input is cut into records.
  package var mode = InputMode()
  /// What the input is in, if not in UTF-8: it is converted before it is cut.
  package var encoding: TextEncoding?
  /// How a result is written.
  package var format = TupleFormat.object
  /// Whether a result says where its record came from and how long it took.
  package var withMeta = false
  /// Bound arguments: workers take the values of each name round robin.
  package var initArguments: [(name: String, values: [String])] = []
  /// Records with the same value there go to the same worker, in order.
  package var shardPath: JSONPath?
  /// Where a record says what it costs, where there is a ``PoolConfiguration/budget``.
  package var costPath: JSONPath?
  /// Whether a worker is to know how many times each record has been in the input before
  /// (``RecordBatch/occurrence``). That takes 16 to 50 bytes of memory for each different record.
  package var countsOccurrences = false
  /// Which failures are worth another try, where the pool has tries left for them.
  package var retried = RetriedFailures()
  /// The inputs by name, for messages and `meta`.
  var fileNames: [String] = []

  /// Lines of JSON to results as objects.
  package init() {}

  func context(_ number: Int, of jobs: Int) -> WorkerContext {
    var bound: [String: String] = [:]
    for argument in initArguments where !argument.values.isEmpty {
      bound[argument.name] = argument.values[number % argument.values.count]
    }
    return WorkerContext(number: number, jobs: jobs, initArguments: bound)
  }
}
