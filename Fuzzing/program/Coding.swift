import VimapBytes
import VimapCoding

/// A value of every shape that there is.
private indirect enum Shape: Codable, Equatable {
  case leaf(Leaf)
  case pair(Shape?, [String: Shape])
  case list([Leaf?])
}

private struct Leaf: Codable, Equatable {
  var text: String?
  var small: Int8
  var large: UInt64?
  var real: Double?
  var flag: Bool
  var bytes: [UInt8]
}

/// Bytes that nobody encoded do no harm, and what is read of them is written and read again as the
/// same.
func fuzzCoding(_ bytes: ByteView) {
  guard let value = try? ValueDecoder().decode(Shape.self, from: bytes) else { return }
  var buffer = ByteBuffer()
  guard (try? ValueEncoder().encode(value, to: &buffer)) != nil else {
    return promise(false, "what was read can't be written")
  }
  let again = try? ValueDecoder().decode(Shape.self, from: buffer.view)
  promise(again == value || hasNaN(value), "what was written is read as another value")
}

private func hasNaN(_ value: Shape) -> Bool {
  switch value {
  case .leaf(let leaf): leaf.real?.isNaN ?? false
  case .pair(let first, let rest):
    (first.map(hasNaN) ?? false) || rest.values.contains(where: hasNaN)
  case .list(let leaves): leaves.contains { $0?.real?.isNaN ?? false }
  }
}
