import VimapBytes

extension ByteView {
  /// The values of all headers with a name, which is given in lower case, in some header lines.
  func values(ofHeader name: StaticString) -> [ByteView] {
    var values: [ByteView] = []
    var offset = 0
    while offset < count {
      let end = firstIndex(of: UInt8(ascii: "\n"), from: offset) ?? count
      if let value = slice(offset, end - offset).value(ifHeader: name) { values.append(value) }
      offset = end + 1
    }
    return values
  }

  /// The value, if this is the line of a header with this name, which is given in lower case.
  func value(ifHeader name: StaticString) -> ByteView? {
    let name = ByteView(name)
    guard count > name.count, self[name.count] == UInt8(ascii: ":"),
      (0..<name.count).allSatisfy({ self[$0] | 0x20 == name[$0] | 0x20 })
    else { return nil }
    return slice(name.count + 1).trimmed()
  }
}
