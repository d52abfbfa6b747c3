/// Arithmetic that stays within its type.
///
/// What records, servers, commands, files and options say may be any number. Where Swift would end
/// the process for one, these give the bound that it is beyond. `scripts/lint` finds what is
/// reckoned without them.
extension FixedWidthInteger {
  /// The whole number that `value` is without its fraction, or the bound that it is beyond; 0 for
  /// what is no number.
  @inlinable
  public init(saturating value: Double) {
    if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }

  /// The sum, or the bound that it is beyond.
  @inlinable
  public func plus(_ other: Self) -> Self {
    let (sum, isBeyond) = addingReportingOverflow(other)
    if !isBeyond { return sum }
    return Self.isSigned && other < 0 ? .min : .max
  }

  /// The product, or the bound that it is beyond.
  @inlinable
  public func times(_ other: Self) -> Self {
    let (product, isBeyond) = multipliedReportingOverflow(by: other)
    if !isBeyond { return product }
    return (self < 0) != (other < 0) ? .min : .max
  }
}

// MARK: - What the compiler finds

// As `init(saturating:)`, which is what is meant. These are here so that the compiler finds where a
// conversion of Swift's own would end the process for a number beyond the type's bounds.

extension Int {
  @available(*, deprecated, message: "write Int(saturating:)")
  package init(_ value: Double) { self.init(saturating: value) }
}

extension Int32 {
  @available(*, deprecated, message: "write Int32(saturating:)")
  package init(_ value: Double) { self.init(saturating: value) }
}

extension Int64 {
  @available(*, deprecated, message: "write Int64(saturating:)")
  package init(_ value: Double) { self.init(saturating: value) }
}

extension UInt32 {
  @available(*, deprecated, message: "write UInt32(saturating:)")
  package init(_ value: Double) { self.init(saturating: value) }
}

extension UInt64 {
  @available(*, deprecated, message: "write UInt64(saturating:)")
  package init(_ value: Double) { self.init(saturating: value) }
}
