import VimapBytes
import VimapCoding

/// The bytes that `value` is encoded as.
func encoded<T: Encodable>(_ value: T) throws -> [UInt8] {
  var buffer = ByteBuffer()
  try ValueEncoder().encode(value, to: &buffer)
  return buffer.view.withUnsafeBytes { [UInt8]($0) }
}

func decoded<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
  try bytes.withUnsafeBytes { try ValueDecoder().decode(type, from: ByteView($0)) }
}

func roundTrip<T: Codable>(_ value: T) throws -> T {
  try decoded(T.self, encoded(value))
}

/// What is written by one closure and read by another, for containers used by hand.
struct Written: Encodable {
  let body: (any Encoder) throws -> Void
  func encode(to encoder: any Encoder) throws { try body(encoder) }
}

/// A key of any name.
struct Name: CodingKey, ExpressibleByStringLiteral {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringLiteral value: String) { stringValue = value }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

/// Decodes to nothing, and lends its decoder to the closure that is set for the task.
private struct Lender: Decodable {
  struct Body: @unchecked Sendable { let run: (any Decoder) throws -> Void }
  @TaskLocal static var body: Body?

  init(from decoder: any Decoder) throws { try Lender.body?.run(decoder) }
}

/// Lends a decoder for `bytes` to `body`.
func withDecoder<Result>(
  _ bytes: [UInt8], _ body: @escaping (any Decoder) throws -> Result
) throws -> Result {
  var result: Result?
  try Lender.$body.withValue(Lender.Body { result = try body($0) }) {
    _ = try decoded(Lender.self, bytes)
  }
  guard let result else { throw NoResult() }
  return result
}

struct NoResult: Error {}

/// SplitMix64: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
