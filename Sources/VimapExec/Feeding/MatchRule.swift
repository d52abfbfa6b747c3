public import VimapJSON
import VimapBytes

/// The value that a record and its answer have in common, by which they are paired.
public struct MatchRule: Sendable, CustomStringConvertible {
  /// Where it is in the record.
  public let record: JSONPath
  /// Where it is in the answer.
  public let answer: JSONPath

  /// Reads `PATH` or `PATH=PATH`: where the value is in the record and, if that is not the same, in
  /// the answer.
  /// - Throws: what is wrong with a path.
  public init(_ text: String) throws(JSONPathError) {
    // A key may have an equals sign in it: the first that leaves two paths is the one.
    for place in text.indices where text[place] == "=" {
      if let record = try? JSONPath(String(text[..<place])),
        let answer = try? JSONPath(String(text[text.index(after: place)...]))
      {
        self.record = record
        self.answer = answer
        return
      }
    }
    record = try JSONPath(text)
    answer = record
  }

  public var description: String {
    record == answer ? record.description : "\(record)=\(answer)"
  }
}
