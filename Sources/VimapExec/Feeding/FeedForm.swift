import SystemPackage
import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords

/// How records are put into words for a command that is kept running.
enum FeedForm {
  /// Each as a line of JSON.
  case records
  /// Lines of text as they were read, not as JSON strings.
  case text
  /// Each in an envelope with an id.
  case envelope
  /// As a template says.
  case template(FeedTemplate)

  var isTemplate: Bool { if case .template = self { true } else { false } }
  var isText: Bool { if case .text = self { true } else { false } }

  /// The batch knows how long the words for a record are.
  var hasKnownLengths: Bool {
    switch self {
    case .records, .text: true
    case .envelope, .template: false
    }
  }

  /// Appends the words for a record, and a line feed.
  /// - Returns: why that can't be done, where it can't; nothing is appended then.
  func append(
    _ record: Int, of batch: RecordBatch, id: Int, attempt: Int, to buffer: inout ByteBuffer
  ) -> RecordException? {
    switch self {
    case .records:
      buffer.append(batch.bytes(of: record))
      buffer.append(UInt8(ascii: "\n"))
    case .text: buffer.append(batch.lines(from: record, to: record + 1))
    case .envelope:
      buffer.append("{\"id\":")
      buffer.append(decimal: id)
      buffer.append(",\"in\":")
      buffer.append(batch.bytes(of: record))
      buffer.append("}\n")
    case .template(let template):
      return template.fill(&buffer, record, of: batch, attempt: attempt)
    }
    return nil
  }
}

/// Why a record is not given to the command.
enum FeedRefusal {
  /// It is no JSON.
  case problem(JSONProblem)
  /// It can't be put into words for the command.
  case exception(RecordException)
}

extension ExecConfiguration {
  func feedForm(_ mode: InputMode, _ context: WorkerContext) -> FeedForm {
    if let feed { return .template(FeedTemplate(feed, quoting, context)) }
    if lines == .envelope { return .envelope }
    return feedsText(mode) ? .text : .records
  }
}

/// The words that a command is fed for each record, such as a statement of SQL and one that prints
/// the end mark.
final class FeedTemplate {
  private let template: Template
  private let quoting: Template.Encoding
  private let context: TemplateContext

  init(_ text: String, _ quoting: Template.Encoding, _ worker: WorkerContext) {
    template = Template(text)
    self.quoting = quoting
    context = TemplateContext(
      record: .empty, index: 0, worker: worker.number, initArguments: worker.initArguments)
  }

  /// Appends the words for a record, and a line feed.
  /// - Returns: why that can't be done, where it can't; nothing is appended then.
  func fill(
    _ buffer: inout ByteBuffer, _ record: Int, of batch: RecordBatch, attempt: Int
  ) -> RecordException? {
    context.move(to: batch.bytes(of: record), index: batch.index(of: record))
    let start = buffer.count
    do throws(TemplateError) {
      try template.expand(into: &buffer, context: context, encoding: quoting)
    } catch {
      return RecordException(error, attempts: attempt - 1)
    }
    buffer.append(0x0A)
    // Few programs that read a script of lines take a NUL for what it is.
    guard buffer.view.firstIndex(of: 0, from: start) == nil else {
      buffer.truncate(to: start)
      return RecordException(
        .spawn, "what --feed makes of the record would hold a NUL character",
        attempts: attempt - 1,
        details: [("errno", .number(Int(Errno.invalidArgument.rawValue)))])
    }
    return nil
  }
}
