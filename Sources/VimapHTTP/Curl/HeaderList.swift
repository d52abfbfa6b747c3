internal import CCurl
import VimapBytes

/// Header lines in the form of a list that libcurl expects (CURLOPT_HTTPHEADER(3)).
///
/// libcurl only reads the list, and only while a request is under way. So the next request's list
/// can be written to the same memory: the address does not change.
final class HeaderList {
  private let nodes: UnsafeMutablePointer<curl_slist>
  private let capacity: Int
  /// The lines, each with a NUL.
  private var text = ByteBuffer(capacity: 256)
  private var starts: [Int] = []

  /// - Parameter capacity: the most lines.
  init(capacity: Int) {
    self.capacity = capacity
    nodes = .allocate(capacity: max(1, capacity))
    nodes.initialize(repeating: curl_slist(), count: max(1, capacity))
    starts.reserveCapacity(capacity)
  }

  /// A list of lines that do not change.
  convenience init(lines: [String]) {
    self.init(capacity: lines.count)
    for line in lines { add { $0.append(system: line) } }
    link()
  }

  deinit { nodes.deallocate() }

  func removeAll() {
    text.removeAll()
    starts.removeAll(keepingCapacity: true)
  }

  /// Adds a line, which `write` appends without a line end.
  func add<Failure: Error>(
    _ write: (inout ByteBuffer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(starts.count < capacity)
    starts.append(text.count)
    try write(&text)
    text.append(UInt8(0))
  }

  /// Links the lines that were added to a list. Called after the last of them.
  func link() {
    text.view.withUnsafeBytes { bytes in
      guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return }
      for (index, start) in starts.enumerated() {
        // libcurl's type allows writing, but libcurl does not write.
        nodes[index].data = UnsafeMutablePointer(mutating: base + start)
        nodes[index].next = index + 1 < starts.count ? nodes + index + 1 : nil
      }
    }
  }

  /// The lines, lent until they are written anew.
  var lines: [ByteView] {
    starts.map { start in
      let end = text.view.firstIndex(of: 0, from: start) ?? start
      return text.view.slice(start, end - start)
    }
  }

  /// The list. Its address is the same for this object's whole life; nil if the list can't have
  /// lines.
  var head: UnsafeRawPointer? { capacity == 0 ? nil : UnsafeRawPointer(nodes) }
}
