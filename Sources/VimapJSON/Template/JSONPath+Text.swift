public import VimapBytes

extension JSONPath {
  /// The part of a JSON text that the path leads to, as it stands there; `nil` where there is none.
  /// Of a key that stands there more than once, the last counts, as for jansson.
  public func find(inText text: ByteView) -> ByteView? {
    var part = text.trimmed()
    for step in steps {
      guard let next = step.find(in: part) else { return nil }
      part = next
    }
    return part
  }
}

extension JSONPath.Step {
  fileprivate func find(in text: ByteView) -> ByteView? {
    switch self {
    case .key(let key):
      guard var members = ObjectMembers(of: text) else { return nil }
      var found: ByteView?
      key.withUnsafeBytes { key in
        while let member = members.next() {
          if member.hasKey(ByteView(key)) { found = member.value }
        }
      }
      return found
    case .index(let index):
      return index < 0 ? Self.item(index, fromEndOf: text) : Self.item(index, of: text)
    }
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
