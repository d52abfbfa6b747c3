// The way of a record, so that its instructions can be counted (see Benchmarks/instructions):
//
//   path-benchmark pool FILE     through a pool of one worker that answers each record with itself
//   path-benchmark scan FILE     through the record scanner alone
import Glibc
import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

/// Answers every record with itself, as a command would that does nothing.
struct Identity: PoolWorker {
  func run(_ link: WorkerLink) throws {
    try link.reportReady()
    while true {
      switch try link.receive(waiting: true) {
      case .batch(let batch): try answer(batch, over: link)
      case .closed: return
      case .room, .flush, .pause, .nothing: break
      }
    }
  }

  private func answer(_ batch: RecordBatch, over link: WorkerLink) throws {
    var record = batch.records.lowerBound
    while record < batch.records.upperBound {
      // As a command's answers are taken: in a row as far as that goes, else one by one.
      let records = record..<batch.records.upperBound
      let lines = batch.verbatim(from: record, to: records.upperBound)?.bytes ?? .empty
      let row = link.outputLines(lines, for: records, of: batch, longest: .max)
      record += row.count
      if record == records.upperBound { break }
      if let problem = batch.problem(with: record) {
        try link.refuse(record, of: batch, problem)
      } else {
        try link.output(batch.bytes(of: record), for: record, of: batch)
      }
      record += 1
    }
    link.begin(batch.records.count)
    link.retire(batch)
  }
}

func complain(_ text: String, status: Int32) -> Never {
  let line = "path-benchmark: \(text)\n"
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(status)
}

func runPool(_ path: String) throws {
  // Batches of a fixed size: how they adapt hangs on the time, which is not to be counted.
  var configuration = PoolConfiguration(jobs: 1)
  configuration.chunk = 500
  let null = open("/dev/null", O_WRONLY)
  let pool = try RecordPool(
    configuration, RecordForm(), inputs: [.path(path)], results: ResultSink(descriptor: null),
    exceptions: ResultSink(descriptor: STDERR_FILENO), makeWorker: { _ in Identity() })
  let report = pool.run()
  guard report.outcome == .complete, report.exceptions == 0 else {
    complain("\(path): not every record came back: \(report.outcome)", status: 1)
  }
  print(report.outputs)
}

func scan(_ path: String) throws {
  var text = ByteBuffer()
  let file = open(path, O_RDONLY)
  guard file >= 0 else { complain("\(path): cannot be opened", status: 66) }
  while let count = try Descriptor.read(file, into: &text, limit: 1 << 20), count > 0 {}
  let scanner = RecordScanner()
  var rest = text.view
  var lines = 0
  while let end = rest.firstIndex(of: 0x0A) {
    guard scanner.accepts(rest.head(end)) else { complain("a line is not JSON", status: 1) }
    rest = rest.slice(end + 1)
    lines += 1
  }
  print(lines)
}

switch CommandLine.arguments.dropFirst() {
case let words where words.count == 2 && words.first == "pool": try runPool(words[2])
case let words where words.count == 2 && words.first == "scan": try scan(words[2])
default: complain("usage: path-benchmark pool|scan FILE", status: 64)
}
