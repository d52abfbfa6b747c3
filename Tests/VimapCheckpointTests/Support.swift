import VimapBytes

@testable import VimapCheckpoint

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

extension [UInt8] {
  func lend<Result>(_ body: (ByteView) throws -> Result) rethrows -> Result {
    try withUnsafeBytes { try body(ByteView($0)) }
  }

  /// Its lines, without their ends; what is behind the last end is one as well.
  var lines: [String] {
    String(decoding: self, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  init(_ view: ByteView) { self = view.withUnsafeBytes { Array($0) } }
}

extension Recovery {
  /// Looks at files that are held as a whole.
  static func examine(
    journal: [UInt8], output: [UInt8], failed: [UInt8], boot: String
  ) throws -> Recovered {
    var recovery = try journal.lend { try Recovery(journal: $0) }
    output.lend { recovery.add(output: $0) }
    failed.lend { recovery.add(failed: $0) }
    return try recovery.conclude(
      outputLength: output.count, failedLength: failed.count, boot: boot)
  }
}
