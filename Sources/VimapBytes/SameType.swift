/// `value` as what it is, where generic code knows it under another name: `nil` unless `Value` and
/// `Other` are the same type.
///
/// A cast with `as?` would look both types up each time.
@inlinable @inline(__always)
public func sameType<Value, Other>(_ value: Value, as other: Other.Type) -> Other? {
  Value.self == Other.self ? unsafeBitCast(value, to: Other.self) : nil
}
