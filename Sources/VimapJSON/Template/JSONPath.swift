internal import CJansson

/// The way to a part of a JSON value: `.user.id`, `.items[0].id`, `.["odd key"]`; `.` is the
/// whole value.
///
/// A key after a dot may have any characters but white space, control characters and `. [ ] { } "`;
/// one in brackets is a JSON string and may have any. An index counts from 0, a negative one from
/// the end.
public struct JSONPath: Sendable {
  enum Step: Sendable, Equatable {
    /// The UTF-8 of a member's key.
    case key([CChar])
    case index(Int)
  }

  let steps: [Step]

  /// The text that the path was made from.
  public let description: String

  public init(_ text: String) throws(JSONPathError) {
    var parser = JSONPathParser(text)
    steps = try parser.parse()
    description = text
  }

  /// The part of `value` that the path leads to; nil where there is none. A null is a part.
  public func find(in value: JSONValue) -> JSONValue? {
    guard var node = value.node else { return nil }
    for step in steps {
      guard let next = step.follow(from: node) else { return nil }
      node = next
    }
    // The value owns the node, and so must live until the node has a reference of its own.
    return withExtendedLifetime(value) { JSONValue(sharing: node, of: value) }
  }
}

extension JSONPath: CustomStringConvertible {}

/// Paths are equal where they lead to the same part, however they are spelt.
extension JSONPath: Equatable {
  public static func == (left: JSONPath, right: JSONPath) -> Bool { left.steps == right.steps }
}

extension JSONPath.Step {
  /// Where the step leads to, as a pointer that `node` still owns.
  fileprivate func follow(from node: Node) -> Node? {
    switch self {
    case .key(let key):
      return key.withUnsafeBufferPointer { json_object_getn(node, $0.baseAddress, $0.count) }
    case .index(let index):
      let place = index < 0 ? json_array_size(node) + index : index
      return place < 0 ? nil : json_array_get(node, place)
    }
  }
}
