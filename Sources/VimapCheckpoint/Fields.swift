import VimapBytes

extension ByteBuffer {
  /// Appends a number in as few bytes as it needs: seven bits in each, the lowest first.
  mutating func append(field number: Int) {
    var rest = UInt(bitPattern: number)
    while rest >= 0x80 {
      append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// As ``append(field:)``, for a number that may well be below zero.
  mutating func append(signedField number: Int) {
    append(field: number << 1 ^ number >> (Int.bitWidth - 1))
  }

  mutating func append(word: UInt64) { append(native: word.littleEndian) }

  mutating func append(field text: String) {
    append(field: text.utf8.count)
    append(text: text)
  }

  mutating func append(words: some Collection<UInt64>) {
    append(field: words.count)
    for word in words { append(word: word) }
  }

  /// All that is in a set, as the lengths of what is not in it and what is in turn.
  mutating func append(field set: RecordSet) {
    var last = 0
    append(field: set.runs.count)
    set.forEachRun { run in
      append(field: run.lowerBound - last)
      append(field: run.count)
      last = run.upperBound
    }
  }
}

/// Reads fields from the front of some bytes; `nil` where they are not what they should be.
struct FieldReader {
  private var rest: ByteView

  init(_ bytes: ByteView) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8? {
    guard !rest.isEmpty else { return nil }
    defer { rest = rest.slice(1) }
    return rest[0]
  }

  private mutating func bits() -> UInt? {
    var number: UInt = 0
    for shift in stride(from: UInt(0), to: 64, by: 7) {
      guard let byte = byte() else { return nil }
      number |= UInt(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }

  /// No number is greater than this, so that a few of them can be added.
  static let greatest = 1 << 56

  /// A number that is not below zero.
  mutating func number() -> Int? {
    bits().flatMap { $0 <= Self.greatest ? Int($0) : nil }
  }

  mutating func signedNumber() -> Int? {
    let number = bits().map { Int(bitPattern: $0 >> 1) ^ -Int(bitPattern: $0 & 1) }
    return number.flatMap { $0.magnitude <= Self.greatest ? $0 : nil }
  }

  mutating func word() -> UInt64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.slice(8) }
    return UInt64(littleEndian: rest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
  }

  /// How many of something follow, each of which takes a byte at least.
  mutating func count() -> Int? { number().flatMap { $0 <= rest.count ? $0 : nil } }

  mutating func bytes() -> ByteView? {
    guard let length = count() else { return nil }
    defer { rest = rest.slice(length) }
    return rest.head(length)
  }

  mutating func text() -> String? { bytes()?.text }

  mutating func words() -> [UInt64]? {
    guard let count = count(), count <= rest.count / 8 else { return nil }
    var words: [UInt64] = []
    words.reserveCapacity(count)
    for _ in 0..<count { words.append(word() ?? 0) }
    return words
  }

  mutating func recordSet() -> RecordSet? {
    guard let count = count() else { return nil }
    var set = RecordSet()
    var last = 0
    for _ in 0..<count {
      guard let gap = number(), let length = number(),
        let range = Range(from: last, gap: gap, count: length)
      else { return nil }
      set.insert(range)
      last = range.upperBound
    }
    return set
  }
}

extension Range<Int> {
  /// So many behind a gap; `nil` where that is beyond all numbers.
  init?(from last: Int, gap: Int, count: Int) {
    let (start, isFar) = last.addingReportingOverflow(gap)
    let (end, isFarther) = start.addingReportingOverflow(count)
    guard !isFar, !isFarther, start >= 0, count >= 0, end <= FieldReader.greatest else {
      return nil
    }
    self = start..<end
  }
}
