/// What the first byte of a value says about it. This is the one description of the format.
///
/// A value is a tag and what belongs to it, numbers in the machine's own byte order:
///
///     none, false, true     nothing more
///     int8 … uint128        the number in as many bytes; the shortest that holds it is taken
///     float, double         the bit pattern
///     text                  stretch of UTF-8
///     bytes                 stretch of bytes: an array of UInt8
///     keyed                 byte count (4), then entries: key as a stretch of UTF-8, value
///     unkeyed               byte count (4), then number of elements (4) and elements
///
///     stretch               length, then so many bytes
///     length                one byte; or 255, then eight bytes
///
/// So where a value ends is told by its first few bytes, and what is not wanted is stepped over. A
/// container that is still being written has ``Format/open`` for a byte count. Both ends are the
/// same program: nothing here carries a version or is kept.
enum Tag: UInt8 {
  case none, `false`, `true`
  case int8, int32, int64, uint64, int128, uint128
  case float, double
  case text, bytes
  case keyed, unkeyed
}

enum Format {
  /// The byte count of a container that is still being written: none is so long.
  static let open = UInt32.max

  /// What a container begins with: tag and byte count.
  static let header = 5

  /// What an unkeyed container has before its elements: their number.
  static let elementCount = 4

  /// The length byte that says the length follows in eight.
  static let long = UInt8.max

  /// How deep values may be nested, so that neither a value nor garbage can exhaust the stack.
  static let depthLimit = 500

  /// The key of what `superEncoder()` writes.
  static let superKey = PathKey("super")
}
