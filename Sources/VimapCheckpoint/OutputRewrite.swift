import VimapBytes
import VimapSystem

/// A file that is to take the place of an output: some of its lines, maybe in another order. Until
/// then the output stays as it is.
package final class OutputRewrite {
  package let path: String
  private let file: OwnedDescriptor
  private var digester = StreamDigester()
  private var buffer = ByteBuffer()
  private var isInPlace = false

  /// Writes the new file, and waits until it is durable.
  /// - Parameters:
  ///   - path: the output.
  ///   - state: what is known of it.
  ///   - isLeftOut: which of its lines are left out, by their numbers.
  /// - Returns: `nil` where its lines are not those of its records.
  package init?(
    _ path: String, _ state: JobState, leavingOut isLeftOut: (Int) -> Bool
  ) throws(SystemError) {
    guard let order = LineOrder(state) else { return nil }
    self.path = Descriptor.withoutLinks(path)
    file = try Descriptor.open(creating: Self.newPath(self.path))
    try Descriptor.truncate(file.number, to: 0)
    try Descriptor.copyMode(from: self.path, to: file.number)
    let start = state.order?.lines ?? state.outputLines
    // The output may be all that there is, should the power be cut before it has been replaced.
    let old = try Descriptor.open(reading: self.path)
    try Descriptor.synchronize(old.number)
    var first = try LineReader(self.path, end: state.output.length)
    var second = try LineReader(self.path, end: state.output.length)
    if start < state.outputLines { for _ in 0..<start { try second.skip() } }
    for line in order {
      let isWanted = !isLeftOut(line)
      if line < start {
        try first.next { if isWanted { add($0) } }
      } else {
        try second.next { if isWanted { add($0) } }
      }
      if buffer.count >= 1 << 20 { try flush() }
    }
    try flush()
    try Descriptor.synchronize(file.number)
  }

  deinit { if !isInPlace { Descriptor.remove(Self.newPath(path)) } }

  private static func newPath(_ path: String) -> String { path + ".new" }

  private func add(_ line: ByteView) { buffer.append(line) }

  private func flush() throws(SystemError) {
    digester.add(buffer.view)
    try Descriptor.writeAll(file.number, buffer.view)
    buffer.removeAll()
  }

  /// What the new file is.
  package var mark: StreamMark { digester.mark }

  /// Where the new file is now.
  package var currentPath: String { isInPlace ? path : Self.newPath(path) }

  /// Has a descriptor of the output be one of the new file.
  package func takeOver(_ descriptor: CInt) throws(SystemError) {
    try Descriptor.replace(descriptor, by: file)
  }

  /// Has the new file take the output's place.
  func putInPlace() throws(SystemError) {
    try Descriptor.rename(Self.newPath(path), to: path)
    isInPlace = true
  }
}

/// Reads a file line by line, each with its end.
private struct LineReader: ~Copyable {
  private let file: OwnedDescriptor
  private let end: Int
  private var place = 0
  private var buffer = ByteBuffer()

  init(_ path: String, end: Int) throws(SystemError) {
    file = try Descriptor.open(reading: path)
    self.end = end
  }

  mutating func skip() throws(SystemError) { try next { _ in } }

  /// Lends the next line; nothing behind the last.
  mutating func next(_ body: (ByteView) -> Void) throws(SystemError) {
    var searched = 0
    while true {
      if let found = buffer.view.firstIndex(of: 0x0A, from: searched) {
        body(buffer.view.head(found + 1))
        return buffer.removeFirst(found + 1)
      }
      searched = buffer.count
      let limit = min(end - place, 256 << 10)
      guard limit > 0,
        let count = try Descriptor.read(file.number, into: &buffer, limit: limit), count > 0
      else { return }
      place += count
    }
  }
}
