import VimapJSON
import VimapKit
import VimapSystem

/// What the records of a ``RecordPool`` are, and how its results are written.
package struct RecordForm: Sendable {
  /// How the input is cut into records.
  package var mode = InputMode()
  /// The encoding of the input, if it is not UTF-8. The input is converted before it is cut.
  package var encoding: TextEncoding?
  /// How a result is written.
  package var format = TupleFormat.object
  /// Whether a result says where its record came from and how long it took.
  package var withMeta = false
  /// Arguments bound to workers. The workers take the values of each name in turn.
  package var initArguments: [(name: String, values: [String])] = []
  /// Records with equal values at this path go to the same worker, in order.
  package var shardPath: JSONPath?
  /// The path of a record's cost, if there is a ``PoolConfiguration/budget``.
  package var costPath: JSONPath?
  /// Whether workers must know how many times each record was in the input before
  /// (``RecordBatch/occurrence``). That takes 16 to 50 bytes of memory for each different record.
  package var countsOccurrences = false
  /// Which failures are worth another try, if the pool has tries left for them.
  package var retried = RetriedFailures()
  /// The names of the inputs, for messages and `meta`.
  var fileNames: [String] = []

  /// Lines of JSON in, results as objects out.
  package init() {}

  func context(_ number: Int, of jobs: Int) -> WorkerContext {
    var bound: [String: String] = [:]
    for argument in initArguments where !argument.values.isEmpty {
      bound[argument.name] = argument.values[number % argument.values.count]
    }
    return WorkerContext(number: number, jobs: jobs, initArguments: bound)
  }
}
