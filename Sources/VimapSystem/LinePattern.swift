import Glibc
public import VimapBytes

/// A POSIX extended regular expression (regcomp(3), regex(7)).
public final class LinePattern: @unchecked Sendable {
  // Compiled once, and only read after that.
  private var compiled = regex_t()

  /// What is wrong with an expression.
  public struct Problem: Error, CustomStringConvertible {
    public let description: String
  }

  public init(_ pattern: String) throws(Problem) {
    let result = pattern.withSystemCString { regcomp(&compiled, $0, REG_EXTENDED | REG_NOSUB) }
    guard result == 0 else {
      var text = [CChar](repeating: 0, count: 256)
      regerror(result, &compiled, &text, text.count)
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw Problem(description: String(decoding: bytes, as: UTF8.self))
    }
  }

  deinit { regfree(&compiled) }

  /// Whether the expression matches somewhere in a line. Bytes after a NUL are ignored.
  public func isFound(in line: ByteView) -> Bool {
    var text = ByteBuffer(capacity: line.count + 1)
    text.append(line)
    text.append(0 as UInt8)
    return text.view.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return false }
      return regexec(&compiled, start, 0, nil, 0) == 0
    }
  }
}
