import VimapBytes

extension Template {
  /// The text with `standIn` in every placeholder's place: what a check of the text around them
  /// looks at.
  public func text(standIn: String) -> String {
    var bytes: [UInt8] = []
    for part in parts {
      if case .literal(let literal) = part { bytes += literal } else { bytes += standIn.utf8 }
    }
    return bytes.withUnsafeBytes { String(system: ByteView($0)) }
  }
}
