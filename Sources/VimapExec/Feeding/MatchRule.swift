import VimapJSON
import VimapBytes

/// The value that a record and its answer have in common, by which they are paired.
package struct MatchRule: Sendable, CustomStringConvertible {
  /// Where it is in the record.
  package let record: JSONPath
  /// Where it is in the answer.
  package let answer: JSONPath

  /// Reads `PATH` or `PATH=PATH`: where the value is in the record and, if that is not the same, in
  /// the answer.
  /// - Throws: what is wrong with a path.
  package init(_ text: String) throws(JSONPathError) {
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

  package var description: String {
    record == answer ? record.description : "\(record)=\(answer)"
  }
}
