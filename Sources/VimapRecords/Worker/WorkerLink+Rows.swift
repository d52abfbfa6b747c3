import VimapBytes
import VimapJSON
import VimapKit

extension WorkerLink {
  /// Answers records with the lines of a text, one each, as far as that is simple: as long as each
  /// line is one JSON value, is there to its end, and has room at hand.
  ///
  /// It costs a fraction of what ``tryOutput(_:for:of:attempts:seconds:)`` does for each record, so
  /// it is worth trying before that; which can then tell what is the matter with the next.
  ///
  /// - Parameters:
  ///   - lines: the text; lent for the call.
  ///   - records: the records, counted from 0 in their batch.
  ///   - batch: the batch they are of, with no problems in it.
  ///   - longest: the most bytes a line may have, its line feed not counted.
  /// - Returns: how many records are answered, and how long their lines are together. Then
  ///   ``note(seconds:count:)`` is to be told of them.
  package func outputLines(
    _ lines: ByteView, for records: Range<Int>, of batch: RecordBatch, longest: Int
  ) -> (count: Int, length: Int) {
    guard !batch.hasProblems, let tuples = encoder.row else { return (0, 0) }
    let inputs = batch.views
    var used = 0
    let count = channel.answerRow(of: batch.id, from: records.lowerBound) { place in
      var record = records.lowerBound
      while record < records.upperBound {
        let input = inputs[record]
        let rest = lines.slice(used)
        let output: ByteView
        let length: Int
        // What is the record's own bytes has been looked at before.
        if rest.isLine(input) {
          output = input
          length = input.count + 1
        } else if let line = scanner.firstLine(of: rest), line.length - 1 <= longest {
          output = rest.slice(line.value.lowerBound, line.value.count)
          length = line.length
        } else {
          break
        }
        guard tuples.write(input, output, to: &place) else { break }
        used += length
        record += 1
      }
      return record - records.lowerBound
    }
    return (count, used)
  }
}

extension ByteView {
  /// Whether the first line is these bytes.
  @inline(__always)
  fileprivate func isLine(_ bytes: ByteView) -> Bool {
    count > bytes.count && self[bytes.count] == 0x0A && head(bytes.count) == bytes
  }
}
