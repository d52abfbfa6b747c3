internal import CCurl
import VimapBytes

/// Header lines as the list that libcurl wants them in (CURLOPT_HTTPHEADER(3)).
///
/// libcurl only reads the list, while a request is under way. So the list can be written anew for
/// the next request in the memory of the last: its address stays.
final class HeaderList {
  private let nodes: UnsafeMutablePointer<curl_slist>
  private let capacity: Int
  /// The lines, each with a NUL.
  private var text = ByteBuffer(capacity: 256)
  private var starts: [Int] = []

  /// - Parameter capacity: most lines.
  init(capacity: Int) {
    self.capacity = capacity
    nodes = .allocate(capacity: max(1, capacity))
    nodes.initialize(repeating: curl_slist(), count: max(1, capacity))
    starts.reserveCapacity(capacity)
  }

  /// A list of lines that stay the same.
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

  /// Adds a line that `write` appends, without a line end.
  func add<Failure: Error>(
    _ write: (inout ByteBuffer) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(starts.count < capacity)
    starts.append(text.count)
    try write(&text)
    text.append(UInt8(0))
  }

  /// Makes the lines added a list. To be called after the last of them.
  func link() {
    text.view.withUnsafeBytes { bytes in
      guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return }
      for (index, start) in starts.enumerated() {
        // libcurl's type says that it might write; it doesn't.
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

  /// The list; the same address for this object's whole life, nil where it can't have lines.
  var head: UnsafeRawPointer? { capacity == 0 ? nil : UnsafeRawPointer(nodes) }
}
