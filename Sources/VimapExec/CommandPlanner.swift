import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// A command as it would be started and fed; lent until the next is planned.
package struct PlannedCommand {
  /// The program and its arguments.
  package let arguments: CStringList
  /// The variables that it finds in its environment beside those that are there already, as
  /// `NAME=VALUE`.
  package let environment: [String]
  /// What is on its standard input.
  package let input: ByteView
}

/// Says what a worker would run for a record, and runs nothing.
///
/// A command that is kept running is planned as if the record were its only one.
package final class CommandPlanner {
  /// What would become of a record.
  package enum Plan {
    /// This would run.
    case command(PlannedCommand)
    /// Nothing would run.
    case exception(RecordException)
  }

  private let configuration: ExecConfiguration
  private let environment: [String]
  private let arguments: EachArguments
  private let form: FeedForm
  private var input = ByteBuffer()

  /// - Parameter context: the worker's.
  package init(_ configuration: ExecConfiguration, _ mode: InputMode, context: WorkerContext) {
    self.configuration = configuration
    environment = context.environment
    arguments = EachArguments(configuration, context)
    form = configuration.feedForm(mode, context)
  }

  /// Plans for a record, which is JSON.
  package func plan(_ record: Int, of batch: RecordBatch) -> Plan {
    if let exception = writeInput(record, of: batch) { return .exception(exception) }
    do throws(EachArguments.Problem) {
      let arguments = try arguments.fill(
        from: batch.bytes(of: record), index: batch.index(of: record))
      return .command(
        PlannedCommand(
          arguments: arguments, environment: environment, input: input.view))
    } catch {
      return .exception(
        RecordException(error, command: configuration.arguments[0], attempts: 0))
    }
  }

  /// - Returns: why the record can't be fed, where it can't.
  private func writeInput(_ record: Int, of batch: RecordBatch) -> RecordException? {
    input.removeAll()
    let bytes = batch.bytes(of: record)
    if let path = configuration.match?.record, path.find(in: bytes) == nil {
      return RecordException(.missingField(path: path.description), attempts: 0)
    }
    return form.append(record, of: batch, id: 1, attempt: 1, to: &input)
  }
}
