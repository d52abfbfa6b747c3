public import VimapBytes

/// The path of a part of a JSON value: `.user.id`, `.items[0].id`, `.["odd key"]`; `.` is the whole
/// value.
///
/// A key after a dot may have any characters except white space, control characters and `. [ ] { }
/// "`. A key in brackets is a JSON string and may have any characters. An index counts from 0, a
/// negative index from the end.
public struct JSONPath: Sendable {
  enum Step: Sendable, Equatable {
    /// The UTF-8 of a member's key.
    case key([UInt8])
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

  /// The part of `text` that the path leads to, byte for byte; `nil` if there is none. `text` must
  /// be valid JSON. A null counts as a part. If an object has a key more than once, the last one
  /// counts.
  public func find(in text: ByteView) -> ByteView? {
    var part = text.trimmed()
    for step in steps {
      guard let next = step.follow(from: part) else { return nil }
      part = next
    }
    return part
  }
}

extension JSONPath: CustomStringConvertible {}

/// Paths are equal if they lead to the same part, however they are written.
extension JSONPath: Equatable {
  public static func == (left: JSONPath, right: JSONPath) -> Bool { left.steps == right.steps }
}

extension JSONPath.Step {
  fileprivate func follow(from text: ByteView) -> ByteView? {
    switch self {
    case .key(let key): key.withUnsafeBytes { Self.member(ByteView($0), of: text) }
    case .index(let index):
      index < 0 ? Self.item(index, fromEndOf: text) : Self.item(index, of: text)
    }
  }

  private static func member(_ key: ByteView, of text: ByteView) -> ByteView? {
    guard var members = ObjectMembers(of: text) else { return nil }
    var found: ByteView?
    while let member = members.next() {
      if member.hasKey(key) { found = member.value }
    }
    return found
  }

  private static func item(_ index: Int, of text: ByteView) -> ByteView? {
    guard var items = ArrayItems(of: text) else { return nil }
    var left = index
    while let item = items.next() {
      if left == 0 { return item }
      left -= 1
    }
    return nil
  }

  private static func item(_ index: Int, fromEndOf text: ByteView) -> ByteView? {
    guard var items = ArrayItems(of: text) else { return nil }
    var count = 0
    while items.next() != nil { count += 1 }
    return count + index < 0 ? nil : item(count + index, of: text)
  }
}
