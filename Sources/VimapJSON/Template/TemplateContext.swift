public import VimapBytes

/// What a ``Template`` is filled in from.
///
/// Made once, moved on from record to record. The record is read by jansson when a template first
/// asks for a part of it, and at most once, however many templates do. The record's bytes are
/// borrowed: they must stay valid until the next ``move(to:index:)`` or the context's end.
public final class TemplateContext {
  public private(set) var record: ByteView

  /// Number of the record, from 1.
  public private(set) var index: Int

  /// Number of the worker, from 0.
  public let worker: Int

  /// Values of the bound arguments, by name.
  public let initArguments: [String: String]

  private var tree: Result<JSONValue, JSONProblem>?

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
    tree = nil
  }

  /// The record as a value.
  public func value() throws(JSONProblem) -> JSONValue {
    if let tree { return try tree.get() }
    let tree = Result { () throws(JSONProblem) in try JSONValue.read(record) }
    self.tree = tree
    return try tree.get()
  }
}
