extension Double {
  /// As people write it: a whole number has no `.0`.
  public var plainText: String {
    self == rounded() && magnitude < 1e16 ? "\(Int(saturating: self))" : "\(self)"
  }
}
