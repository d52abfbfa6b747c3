import VimapBytes

/// Reads the values that a ``ValueEncoder`` of the same program wrote.
///
/// A number is read as any integer type that can hold it, and as a floating-point type where that
/// changes nothing about it. A key that was written twice is read as one of the two values. A
/// decoder keeps its memory, so one should serve for many values.
public final class ValueDecoder {
  private var source = DecodingSource()

  public init() {}

  /// Reads the value that `bytes` are, from the first to the last.
  ///
  /// - Throws: `DecodingError`, `dataCorrupted` where the bytes are no value; and what the value's
  ///   own `init(from:)` throws. Bytes that nobody encoded do no harm.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: ByteView) throws -> T {
    // Someone holds on to the last one, or is in the middle of using it: it is theirs.
    if !isKnownUniquelyReferenced(&source) { source = DecodingSource() }
    let source = source
    source.bytes = bytes
    source.forgetHint()
    // What is left of this decoding must find nothing, as the bytes may be gone.
    defer { source.bytes = .empty }

    guard bytes.end(ofValueAt: 0) == bytes.count else {
      throw source.corrupted(at: 0)
    }
    var cursor = 0
    return try source.value(type, at: &cursor, depth: 0)
  }
}
