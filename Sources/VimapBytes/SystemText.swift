import Glibc

/// Texts of the system: arguments, variables of the environment, names of files.
///
/// To the system they are bytes, and nobody says that they are UTF-8, as a `String` is. So each
/// byte that is a part of no UTF-8 stands in a `String` as a character for private use: 0x80 as
/// U+10FE80, and so on to 0xFF as U+10FEFF. Where one of these characters is in a text from the
/// start, its four bytes are written in that way. So what ``Swift/String/init(system:)`` makes of
/// bytes always becomes the same bytes again, be they what they may.
enum SystemText {
  static let standIns: ClosedRange<UInt32> = 0x10FE80...0x10FEFF

  /// The character that stands for a byte from 0x80 on.
  static func standIn(for byte: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(standIns.lowerBound + UInt32(byte & 0x7F)) ?? "\u{FFFD}"
  }
}

extension Unicode.Scalar {
  /// The byte that it stands for in a text of the system; `nil` where it is a character.
  public var systemByte: UInt8? {
    SystemText.standIns.contains(value) ? UInt8(value & 0xFF) : nil
  }
}

extension String {
  /// A text of the system.
  public init(system bytes: ByteView) {
    self = bytes.withUnsafeBytes { bytes in
      if let text = String(validating: bytes, as: UTF8.self), !text.hasStandIn { return text }
      return Self.standingIn(for: bytes)
    }
  }

  /// A text of the system, which ends at a NUL.
  public init(system text: UnsafePointer<CChar>) {
    self.init(system: ByteView(start: text, count: strlen(text)))
  }

  private static func standingIn(for bytes: UnsafeRawBufferPointer) -> String {
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var place = 0
    while true {
      let length: Int
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.systemByte == nil {
          text.append(scalar)
          place += encoded.count
          continue
        }
        length = encoded.count
      case .error(let count): length = count
      case .emptyInput: return String(text)
      }
      text.append(contentsOf: bytes[place..<place + length].map(SystemText.standIn))
      place += length
    }
  }

  /// A text of the system as one for others, in which bytes that are not UTF-8 are U+FFFD.
  public var plainText: String { hasStandIn ? withSystemBytes { $0.text } : self }

  private var hasStandIn: Bool { unicodeScalars.contains { $0.systemByte != nil } }

  /// Lends the bytes that the text stands for.
  public func withSystemBytes<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var buffer = ByteBuffer(capacity: utf8.count)
    buffer.append(system: self)
    return try body(buffer.view)
  }

  /// Lends the bytes that the text stands for, with a NUL behind them.
  public func withSystemCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var buffer = ByteBuffer(capacity: utf8.count + 1)
    buffer.append(system: self)
    buffer.append(UInt8(0))
    return buffer.view.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map(body) ?? "".withCString(body)
      }
    }
  }
}

extension ByteBuffer {
  /// Appends the bytes that a text of the system stands for.
  public mutating func append(system text: String) {
    var text = text
    text.withUTF8 { utf8 in
      // The first byte of all stand-ins, and of little else.
      let bytes = ByteView(UnsafeRawBufferPointer(utf8))
      guard bytes.firstIndex(of: 0xF4) != nil else { return append(bytes) }
      for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
        if let byte = scalar.systemByte {
          append(byte)
        } else {
          for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(unit) }
        }
      }
    }
  }
}
