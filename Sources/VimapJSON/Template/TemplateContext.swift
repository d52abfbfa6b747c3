public import VimapBytes

/// The values that a ``Template`` is filled in from.
///
/// It is made once and moved from record to record. The record's bytes are borrowed: they must stay
/// valid until the next ``move(to:index:)`` or the end of the context.
public final class TemplateContext {
  public private(set) var record: ByteView

  /// Number of the record, from 1.
  public private(set) var index: Int

  /// Number of the worker, from 0.
  public let worker: Int

  /// Values of the bound arguments, by name.
  public let initArguments: [String: String]

  /// The text of the string that is being filled in. The buffer is kept to avoid allocations.
  private var decoded = ByteBuffer(capacity: 256)

  public init(
    record: ByteView, index: Int, worker: Int, initArguments: [String: String] = [:]
  ) {
    self.record = record
    self.index = index
    self.worker = worker
    self.initArguments = initArguments
  }

  /// Goes on to another record.
  public func move(to record: ByteView, index: Int) {
    self.record = record
    self.index = index
  }

  /// The part of the record that `path` leads to, as it is written there.
  public func part(at path: JSONPath) throws(TemplateError) -> ByteView {
    guard let part = path.find(in: record) else {
      throw .missingField(path: path.description)
    }
    return part
  }

  /// The text of a string, without its quotes and escapes; lent until the next call.
  func text(of string: ByteView) throws(TemplateError) -> ByteView {
    let content = string.unquoted
    if content.firstIndex(of: UInt8(ascii: "\\")) == nil { return content }
    decoded.removeAll()
    do throws(JSONProblem) {
      try decoded.append(textOf: string)
    } catch {
      throw .unreadable(error)
    }
    return decoded.view
  }
}
