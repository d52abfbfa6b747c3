import VimapBytes
import VimapJSON
import VimapKit

extension WorkerLink {
  /// Answers records with the lines of a text, one each, as long as that is simple: each line is a
  /// single JSON value, is complete, and fits into the current slab.
  ///
  /// This costs a fraction of what ``tryOutput(_:for:of:attempts:seconds:)`` does for each record,
  /// so try it first. That function can then say what is wrong with the next line.
  ///
  /// - Parameters:
  ///   - lines: the text; lent for the call.
  ///   - records: the records, counted from 0 in their batch.
  ///   - batch: the batch of the records, without problems.
  ///   - longest: the most bytes of a line, without its line feed.
  /// - Returns: how many records were answered, and how long their lines are together. Call
  ///   ``note(seconds:count:)`` for them afterwards.
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
        // The record's own bytes were checked before.
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
  /// Whether the first line has exactly these bytes.
  @inline(__always)
  fileprivate func isLine(_ bytes: ByteView) -> Bool {
    count > bytes.count && self[bytes.count] == 0x0A && head(bytes.count) == bytes
  }
}
