import VimapBytes

/// A key in a coding path: a name, or an index into an unkeyed container.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ name: String) {
    stringValue = name
    intValue = nil
  }

  init(index: Int) {
    stringValue = "Index \(index)"
    intValue = index
  }

  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { self.init(index: intValue) }
}

extension ByteView {
  /// The keys that lead from the value at `root` to the one at `target`.
  ///
  /// Nobody keeps the path while values are written and read; it is found in the bytes when it is
  /// asked for, which is when something went wrong. Where the bytes make no sense, it ends.
  func codingPath(to target: Int, from root: Int = 0) -> [any CodingKey] {
    var path: [any CodingKey] = []
    var value = root
    while value < target, let step = step(from: value, towards: target) {
      path.append(step.key)
      value = step.value
    }
    return path
  }

  /// The entry or element of the container at `offset` that is, or holds, the value at `target`.
  private func step(from offset: Int, towards target: Int) -> (key: PathKey, value: Int)? {
    guard let tag = tag(at: offset), tag == .keyed || tag == .unkeyed else { return nil }
    var index = 0
    var position = offset + Format.header + (tag == .keyed ? 0 : Format.elementCount)
    while position <= target {
      var key = PathKey(index: index)
      if tag == .keyed {
        guard let name = stretch(at: position) else { return nil }
        key = PathKey(slice(name.lowerBound, name.count).text)
        position = name.upperBound
      }
      if position == target { return (key, position) }
      // What is still being written has no end yet, and holds all that follows.
      guard let end = end(ofValueAt: position), end <= target else { return (key, position) }
      position = end
      index += 1
    }
    return nil
  }
}
