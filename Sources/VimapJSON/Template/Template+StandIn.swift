import VimapBytes

extension Template {
  /// The text with `standIn` in place of every placeholder, for checking the text around them.
  public func text(standIn: String) -> String {
    var bytes: [UInt8] = []
    for part in parts {
      if case .literal(let literal) = part { bytes += literal } else { bytes += standIn.utf8 }
    }
    return bytes.withUnsafeBytes { String(system: ByteView($0)) }
  }
}
