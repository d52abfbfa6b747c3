public import VimapBytes

/// Texts for C functions: each ends in a NUL, and there is a list of their addresses. Strings are
/// system texts (``Swift/String/init(system:)``).
public final class CStringList {
  private var bytes = ByteBuffer()
  private var starts: [Int] = []

  public init() {}

  public convenience init(_ strings: [String]) {
    self.init()
    for string in strings {
      var buffer = ByteBuffer(capacity: string.utf8.count)
      buffer.append(system: string)
      append(buffer.view)
    }
  }

  public func removeAll() {
    bytes.removeAll()
    starts.removeAll(keepingCapacity: true)
  }

  /// Adds a text.
  /// - Returns: `false`, and nothing is added, if the text contains a NUL, which a C string can't.
  @discardableResult
  public func append(_ text: ByteView) -> Bool {
    if text.firstIndex(of: 0) != nil { return false }
    starts.append(bytes.count)
    bytes.append(text)
    bytes.append(UInt8(0))
    return true
  }

  /// Lends the first text without its NUL; `nil` if there is none.
  public var first: ByteView? {
    if starts.isEmpty { return nil }
    let end = starts.count > 1 ? starts[1] : bytes.count
    return bytes.view.head(end - 1)
  }

  /// Lends the texts one after the other, without their NULs.
  public func forEach(_ body: (ByteView) -> Void) {
    for (number, start) in starts.enumerated() {
      let next = number + 1 < starts.count ? starts[number + 1] : bytes.count
      body(bytes.view.slice(start, next - 1 - start))
    }
  }

  /// Lends the list, with a null pointer at its end, during the call.
  func withPointers<Result, Failure: Error>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let view = bytes.view
    var pointers: [UnsafePointer<CChar>?] = view.withUnsafeBytes { bytes in
      starts.map { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
    }
    pointers.append(nil)
    return try pointers.withUnsafeBufferPointer { (list) throws(Failure) in
      try body(list.baseAddress)
    }
  }
}
