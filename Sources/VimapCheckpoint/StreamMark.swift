import VimapBytes

/// What is known of a stream of bytes up to some place: how long it is, and checksums by which it
/// is known again.
package struct StreamMark: Equatable, Sendable {
  /// Bytes that have a checksum together.
  package static let blockSize = 1 << 20

  package private(set) var length = 0
  /// The checksums of whole blocks.
  private(set) var blocks: [UInt64] = []
  /// The checksum of what is behind those.
  private(set) var partial = Digest().value

  package init() {}

  init(length: Int, blocks: [UInt64], partial: UInt64) {
    self.length = length
    self.blocks = blocks
    self.partial = partial
  }

  /// Goes on to a place further on, given the blocks that are whole there and were not before.
  mutating func advance(to length: Int, blocks more: some Sequence<UInt64>, partial: UInt64) {
    self.length = length
    blocks += more
    self.partial = partial
  }
}

/// Makes the mark of a stream that is passed along.
struct StreamDigester {
  private(set) var length = 0
  private(set) var blocks: [UInt64] = []
  private var block = Digest()

  init() {}

  /// Goes on behind a mark.
  /// - Parameter rest: the bytes behind the last whole block.
  init(behind mark: StreamMark, rest: ByteView) {
    length = mark.length - rest.count
    blocks = mark.blocks
    add(rest)
  }

  mutating func add(_ bytes: ByteView) {
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.head(StreamMark.blockSize - length % StreamMark.blockSize)
      block.add(part)
      length += part.count
      if length % StreamMark.blockSize == 0 {
        blocks.append(block.value)
        block = Digest()
      }
      rest = rest.slice(part.count)
    }
  }

  var partial: UInt64 { block.value }

  var mark: StreamMark { StreamMark(length: length, blocks: blocks, partial: partial) }
}

/// Checks a stream, as it is read, against marks that were made of it.
struct StreamCheck {
  /// A place at which a checksum is known.
  private struct Expected {
    var length: Int
    var partial: UInt64
  }

  private var expected: [Expected] = []
  private var blocks: [UInt64] = []
  private var digester = StreamDigester()
  /// How many of the marks, in the order in which they were added, the stream agrees with.
  private(set) var agreeing = 0
  /// Where the stream was last known to be what it should, and where it is known not to be.
  private(set) var difference: Range<Int>?
  private(set) var lastGood = 0

  /// Adds a mark, behind all others. The blocks of it are those that it has more than the one
  /// before.
  mutating func expect(length: Int, more: some Sequence<UInt64>, partial: UInt64) {
    blocks += more
    expected.append(Expected(length: length, partial: partial))
    if digester.length == 0 { meetMarks() }
  }

  init() {}

  /// Nothing more of the stream has to be looked at.
  var isDone: Bool { difference != nil || agreeing == expected.count }

  /// The end of what is known.
  var end: Int { expected.last?.length ?? 0 }
  /// Where each mark is.
  var lengths: [Int] { expected.map(\.length) }
  /// The checksum at the last mark.
  var lastPartial: UInt64 { expected.last?.partial ?? StreamMark().partial }

  mutating func add(_ bytes: ByteView) {
    var rest = bytes
    while !rest.isEmpty, !isDone {
      let toBlockEnd = StreamMark.blockSize - digester.length % StreamMark.blockSize
      let part = rest.head(min(toBlockEnd, expected[agreeing].length - digester.length))
      digester.add(part)
      rest = rest.slice(part.count)
      meetBlock()
      meetMarks()
    }
  }

  private mutating func meetBlock() {
    guard digester.length % StreamMark.blockSize == 0 else { return }
    let number = digester.blocks.count - 1
    guard blocks.indices.contains(number), blocks[number] == digester.blocks[number] else {
      difference = lastGood..<digester.length
      return
    }
    lastGood = digester.length
  }

  private mutating func meetMarks() {
    while difference == nil, agreeing < expected.count,
      expected[agreeing].length == digester.length
    {
      guard expected[agreeing].partial == digester.partial else {
        difference = lastGood..<digester.length
        return
      }
      agreeing += 1
      lastGood = digester.length
    }
  }
}
