internal import CJansson
import VimapBytes

/// Coded as a string that contains the JSON text.
extension JSONValue: Codable {
  public convenience init(from decoder: any Decoder) throws {
    var text = try decoder.singleValueContainer().decode(String.self)
    self.init(
      owning: try text.withUTF8 { try VimapJSON.decode(ByteView(UnsafeRawBufferPointer($0))) })
  }

  public func encode(to encoder: any Encoder) throws {
    var buffer = ByteBuffer()
    try write(to: &buffer)
    var container = encoder.singleValueContainer()
    try container.encode(buffer.view.text)
  }
}
