/// What is said when decoding fails; kept out of line, where it does not make the rest slower.
extension DecodingSource {
  func codingPath(to offset: Int) -> [any CodingKey] { bytes.codingPath(to: offset) }

  private func context(_ offset: Int, _ description: String) -> DecodingError.Context {
    .init(codingPath: codingPath(to: offset), debugDescription: description)
  }

  @inline(never)
  func corrupted(at offset: Int) -> DecodingError {
    .dataCorrupted(context(offset, "There is no whole value at byte \(offset)."))
  }

  @inline(never)
  func tooDeep(at offset: Int) -> DecodingError {
    .dataCorrupted(
      context(offset, "Values are nested deeper than \(Format.depthLimit)."))
  }

  @inline(never)
  func doesNotFit(_ type: Any.Type, at offset: Int) -> DecodingError {
    .dataCorrupted(context(offset, "The number is none that \(type) can hold."))
  }

  @inline(never)
  func missing(_ key: any CodingKey, in content: Range<Int>) -> DecodingError {
    .keyNotFound(
      key,
      context(
        content.lowerBound - Format.header, "There is no key \"\(key.stringValue)\"."))
  }

  @inline(never)
  func exhausted(_ type: Any.Type, inContainerAt offset: Int) -> DecodingError {
    .valueNotFound(type, context(offset, "The container has no more elements."))
  }

  /// The error for a value of another type than was asked for.
  @inline(never)
  func mismatch(_ type: Any.Type, at offset: Int) -> DecodingError {
    guard let tag = bytes.tag(at: offset) else { return corrupted(at: offset) }
    if tag == .none {
      return .valueNotFound(type, context(offset, "There is nil where \(type) was expected."))
    }
    return .typeMismatch(type, context(offset, "There is \(tag) where \(type) was expected."))
  }
}
