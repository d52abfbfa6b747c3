import VimapBytes
import VimapJSON

/// The headers of an answer as a JSON object.
///
/// Names are in lower case. If a header came more than once, its values are joined with `, ` (RFC
/// 9110 section 5.3). `set-cookie` is different: its value is always an array. Bytes that are not
/// UTF-8 become U+FFFD.
struct HeaderFields: ~Copyable {
  private struct Field {
    var name: ByteView
    var value: ByteView
    /// Equal names have equal keys.
    var key: UInt32
    /// The index of the next field with the same name.
    var next: Int?
    var isFirst = true
  }

  /// Kept between answers, to use its memory again. The buffer is kept as well.
  private var fields: [Field] = []
  private var order: [Int] = []
  private var scratch = ByteBuffer(capacity: 256)

  /// Appends the object for `head`, which has the header lines as they came.
  mutating func write(_ head: ByteView, to out: inout ByteBuffer) {
    read(head)
    chain()
    out.append(UInt8(ascii: "{"))
    for index in fields.indices where fields[index].isFirst {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      scratch.removeAll()
      for place in 0..<fields[index].name.count {
        scratch.append(fields[index].name[place].lowercased)
      }
      let isCookie = scratch.view == ByteView("set-cookie")
      out.appendString(of: scratch.view)
      out.append(UInt8(ascii: ":"))
      if isCookie { writeArray(from: index, to: &out) } else { writeJoined(from: index, to: &out) }
    }
    out.append(UInt8(ascii: "}"))
  }

  /// Finds the fields. Lines that are no fields are skipped.
  private mutating func read(_ head: ByteView) {
    fields.removeAll(keepingCapacity: true)
    var offset = 0
    while offset < head.count {
      var end = head.firstIndex(of: UInt8(ascii: "\n"), from: offset) ?? head.count
      // A line that begins with white space continues the line before (RFC 9112 section 5.2).
      while end + 1 < head.count, head[end + 1].isSpaceOrTab {
        end = head.firstIndex(of: UInt8(ascii: "\n"), from: end + 1) ?? head.count
      }
      let line = head.slice(offset, end - offset)
      offset = end + 1
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { continue }
      let name = line.head(colon)
      fields.append(Field(name: name, value: line.slice(colon + 1).trimmed(), key: name.key))
    }
  }

  /// Finds the next field of the same name for each field. It sorts them, since a server may send
  /// too many fields to compare each with all others.
  private mutating func chain() {
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: fields.indices)
    order.sort { [fields] first, second in
      let (one, other) = (fields[first], fields[second])
      if one.key != other.key { return one.key < other.key }
      return one.name.isSameName(as: other.name)
        ? first < second : one.name.precedes(other.name)
    }
    for (index, next) in zip(order, order.dropFirst())
    where fields[index].key == fields[next].key
      && fields[index].name.isSameName(as: fields[next].name)
    {
      fields[index].next = next
      fields[next].isFirst = false
    }
  }

  private mutating func writeJoined(from first: Int, to out: inout ByteBuffer) {
    scratch.removeAll()
    scratch.appendUnfolded(fields[first].value)
    var last = first
    while let next = fields[last].next {
      scratch.append(", ")
      scratch.appendUnfolded(fields[next].value)
      last = next
    }
    out.appendString(of: scratch.view)
  }

  private mutating func writeArray(from first: Int, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "["))
    var last = first
    while true {
      scratch.removeAll()
      scratch.appendUnfolded(fields[last].value)
      out.appendString(of: scratch.view)
      guard let next = fields[last].next else { break }
      out.append(UInt8(ascii: ","))
      last = next
    }
    out.append(UInt8(ascii: "]"))
  }
}

extension ByteView {
  /// FNV-1a of the name in lower case.
  fileprivate var key: UInt32 {
    var hash: UInt32 = 2_166_136_261
    for index in 0..<count { hash = (hash ^ UInt32(self[index].lowercased)) &* 16_777_619 }
    return hash
  }

  /// Any order of names that are not the same.
  fileprivate func precedes(_ other: ByteView) -> Bool {
    guard count == other.count else { return count < other.count }
    for index in 0..<count where self[index].lowercased != other[index].lowercased {
      return self[index].lowercased < other[index].lowercased
    }
    return false
  }

  fileprivate func isSameName(as other: ByteView) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index].lowercased != other[index].lowercased { return false }
    return true
  }
}

extension ByteBuffer {
  /// Appends a value. Each line end in it, with the white space around it, becomes one space.
  fileprivate mutating func appendUnfolded(_ value: ByteView) {
    guard var end = value.firstIndex(of: UInt8(ascii: "\n")) else { return append(value) }
    var rest = value
    while true {
      append(rest.head(end).trimmed())
      append(UInt8(ascii: " "))
      rest = rest.slice(end + 1).trimmed()
      guard let next = rest.firstIndex(of: UInt8(ascii: "\n")) else { return append(rest) }
      end = next
    }
  }
}

extension UInt8 {
  fileprivate var lowercased: UInt8 {
    self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self
  }

  fileprivate var isSpaceOrTab: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
