import VimapBytes
import VimapJSON

/// Tells which shard a record belongs to: by the value at a path, of which equal ones belong
/// together.
final class RecordSharder {
  enum Place: Equatable {
    case shard(Int)
    /// The record has no such part.
    case missing(JSONPath)
    /// It is JSON, but cannot be looked into.
    case unreadable(JSONProblem)
  }

  private let path: JSONPath
  private let shards: Int
  private let isText: Bool
  private let scanner = RecordScanner()
  private var key = ByteBuffer()

  init(_ path: JSONPath, shards: Int, isText: Bool) {
    self.path = path
    self.shards = shards
    self.isText = isText
  }

  /// The place of a record, given its line.
  func place(of line: ByteView) -> Place {
    if isText { return .shard(shard(of: line.trimmed())) }
    do throws(JSONProblem) {
      let record = try JSONValue.parse(line.trimmed())
      guard let value = path.find(in: record) else { return .missing(path) }
      key.removeAll()
      try value.write(to: &key)
      return .shard(shard(of: key.view))
    } catch {
      // What is not JSON is refused by a worker, whichever that is.
      return scanner.problem(with: line) == nil ? .unreadable(error) : .shard(shard(of: line))
    }
  }

  /// FNV-1a, which is the same in every run.
  private func shard(of bytes: ByteView) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    bytes.withUnsafeBytes {
      for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    // Its low bits alone are not mixed well.
    return Int((hash ^ (hash >> 32)) % UInt64(shards))
  }
}
