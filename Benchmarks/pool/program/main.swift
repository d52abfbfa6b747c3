// Maps records through an identity worker with two processes, and says how long it took, from
// before the pool is made until it is closed. As the Python pools in peers.py do, it puts all
// outputs into a list within that time and checks them afterwards. `sleepers` are a thousand workers
// that need 0.2 s for each record; `bytes` and `data` are blocks of 64 KiB.
import Foundation
import VimapKit

struct Record: Codable, Hashable {
  var id: Int
  var name: String
  var score: Double
}

func secondsTaken(_ body: () throws -> Void) rethrows -> Double {
  let taken = try ContinuousClock().measure(body).components
  return Double(taken.seconds) + Double(taken.attoseconds) / 1e18
}

func complain(_ text: String, status: Int32) -> Never {
  let line = "pool-benchmark: \(text)\n"
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(status)
}

func finish(_ kind: String, _ records: Int, _ seconds: Double, isRight: Bool) -> Never {
  if !isRight {
    complain("the outputs are not the inputs", status: 1)
  }
  print(
    "{\"peer\":\"vimap\",\"kind\":\"\(kind)\",\"records\":\(records),\"seconds\":\(seconds)}")
  exit(0)
}

/// Blocks of 64 KiB.
func mapBlocks<Block: Codable & Equatable & SendableMetatype>(
  _ kind: String, _ inputs: [Block]
) throws -> Never {
  var isRight = true
  let seconds = try secondsTaken {
    let pool = try Pool.fork(jobs: 2, map: { (block: Block) in block })
    try pool.imap(inputs).forEach { if $0 != $1 { isRight = false } }
    try pool.closeSynchronously()
  }
  finish(kind, inputs.count, seconds, isRight: isRight)
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else {
  complain("usage: pool-benchmark lines|values|bytes|data|sleepers RECORDS", status: 64)
}

switch arguments[1] {
case "lines":
  // Lines as they come from a file: parts of larger blocks.
  var text = ""
  for number in 0..<count {
    text += "{\"id\":\(number),\"name\":\"record \(number)\",\"score\":\(Double(number) / 8)}\n"
  }
  let reader = JSONLines(text)
  var inputs: [JSONLine] = []
  while let line = try reader.next() { inputs.append(line) }
  var outputs: [JSONLine] = []
  outputs.reserveCapacity(count)
  let seconds = try secondsTaken {
    let pool = try Pool.fork(jobs: 2, map: { (line: JSONLine) in line })
    try pool.imap(inputs).forEach { outputs.append($1) }
    try pool.closeSynchronously()
  }
  finish("lines", count, seconds, isRight: outputs.count == count && Set(outputs) == Set(inputs))
case "values":
  let inputs = (0..<count).map { Record(id: $0, name: "record \($0)", score: Double($0) / 8) }
  var outputs: [Record] = []
  outputs.reserveCapacity(count)
  let seconds = try secondsTaken {
    let pool = try Pool.fork(jobs: 2, map: { (record: Record) in record })
    try pool.imap(inputs).forEach { outputs.append($1) }
    try pool.closeSynchronously()
  }
  finish("values", count, seconds, isRight: outputs.count == count && Set(outputs) == Set(inputs))
case "bytes":
  let inputs = (0..<count).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 1 << 16) }
  try mapBlocks("bytes", inputs)
case "data":
  let inputs = (0..<count).map { Data(repeating: UInt8(truncatingIfNeeded: $0), count: 1 << 16) }
  try mapBlocks("data", inputs)
case "sleepers":
  let seconds = try secondsTaken {
    let pool = try Pool.fork(jobs: 1000) { (number: Int) -> Int in
      usleep(200_000)
      return number
    }
    var sum = 0
    try pool.imap(1...count).forEach { sum += $1 }
    try pool.closeSynchronously()
    guard sum == count * (count + 1) / 2 else { complain("outputs are missing", status: 1) }
  }
  finish("sleepers", count, seconds, isRight: true)
default:
  complain("\(arguments[1]): give lines, values, bytes, data or sleepers", status: 64)
}
