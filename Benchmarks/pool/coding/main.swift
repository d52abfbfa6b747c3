// Encodes and decodes small records with Foundation's JSON coder and with VimapCoding, in turn, and
// says how long each takes for one record, there and back: the median of some rounds, in
// nanoseconds.
import Foundation
import VimapBytes
import VimapCoding

struct Record: Codable {
  var id: Int
  var name: String
  var score: Double
}

let records = (0..<100_000).map { Record(id: $0, name: "record \($0)", score: Double($0) / 8) }

func nanosecondsEach(_ body: () throws -> Void) rethrows -> Double {
  let taken = try ContinuousClock().measure(body).components
  return (Double(taken.seconds) * 1e9 + Double(taken.attoseconds) / 1e9) / Double(records.count)
}

func throughJSON() throws {
  let encoder = JSONEncoder()
  let decoder = JSONDecoder()
  for record in records {
    let copy = try decoder.decode(Record.self, from: encoder.encode(record))
    precondition(copy.id == record.id)
  }
}

func throughVimapCoding() throws {
  let encoder = ValueEncoder()
  let decoder = ValueDecoder()
  var buffer = ByteBuffer()
  for record in records {
    buffer.removeAll()
    try encoder.encode(record, to: &buffer)
    let copy = try decoder.decode(Record.self, from: buffer.view)
    precondition(copy.id == record.id)
  }
}

var json: [Double] = []
var ours: [Double] = []
for _ in 0..<5 {
  json.append(try nanosecondsEach(throughJSON))
  ours.append(try nanosecondsEach(throughVimapCoding))
}
let medians = (json.sorted()[2], ours.sorted()[2])
print("{\"foundation_json_ns\":\(Int(saturating: medians.0)),\"vimap_coding_ns\":\(Int(saturating: medians.1))}")
