import VimapBytes

/// Writes values in a compact binary form that only ``ValueDecoder`` in the same program reads.
///
/// It is made for values that go to a process forked from this one, or come from it: the same
/// types, the same machine, nothing kept. Speed comes before everything else that a format can
/// offer. An encoder keeps its memory, so one should serve for many values.
public final class ValueEncoder {
  private var writer = ValueWriter()

  public init() {}

  /// Appends `value` to `buffer`.
  ///
  /// - Throws: What the value's own `encode(to:)` throws, and `EncodingError.invalidValue` where
  ///   values are nested deeper than 500, a container takes 4 GiB or more, or a value writes to a
  ///   container that is not the open one. The buffer then is as it was.
  public func encode<T: Encodable>(_ value: T, to buffer: inout ByteBuffer) throws {
    // Someone holds on to the last one, or is in the middle of using it: it is theirs.
    if !isKnownUniquelyReferenced(&writer) { writer = ValueWriter() }
    let writer = writer
    swap(&writer.buffer, &buffer)
    defer { swap(&writer.buffer, &buffer) }
    try writer.writeRoot(value)
  }
}
