import Foundation
import Testing
import VimapBytes
import VimapJSON
import VimapSystem

@testable import VimapKit
@testable import VimapRecords

/// Walks through one file, and shows what came.
private func walk(
  _ content: String, jobs: Int = 1, _ change: (inout RecordForm) throws -> Void = { _ in }
) throws -> [String] {
  let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try Data(content.utf8).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  var form = RecordForm()
  try change(&form)
  let walk = try RecordWalk(
    PoolConfiguration(jobs: jobs), form, inputs: [.path(file.path), .path("/nowhere")])
  var shown: [String] = []
  walk.onProblem = { shown.append("\($0.name) \($0.error.code)") }
  while true {
    switch try walk.next() {
    case .record(let record, let batch, let worker):
      let line = walk.place(of: record, in: batch).line
      let bytes = batch.bytes(of: record)
      let text = bytes.count > 100 ? "\(bytes.count) bytes" : bytes.text
      shown.append("\(batch.index(of: record)):\(line) \(text)\(worker.map { " to \($0)" } ?? "")")
    case .refused(let exception, _, let line): shown.append("\(line) \(exception.kind.rawValue)")
    case .waiting: Issue.record("a file makes nobody wait")
    case .ended: return shown
    }
  }
}

@Suite("A walk through records")
struct RecordWalkTests {
  @Test func recordsAndWhatIsNone() throws {
    #expect(
      try walk("1\n\n x\r\n {\"a\":2} \n\"long long\"\n3") { $0.mode.longestRecord = 10 }
        == [
          "1:1 1", "3 invalid_json", "3:4 {\"a\":2}", "5 record_too_large", "5:6 3",
          "/nowhere No such file or directory",
        ])
  }

  @Test func textIsAStringAndABlankLineARecord() throws {
    #expect(
      try walk("a\"\n\n") { $0.mode.isText = true }.dropLast() == ["1:1 \"a\\\"\"", "2:2 \"\""])
  }

  /// Slabs are given back: two are enough for any number of them, and for lines longer than one.
  @Test func moreThanFitsIntoTheSlabs() throws {
    let long = "\"" + String(repeating: "x", count: 700_000) + "\""
    let lines = (1...60_000).map { "{\"number\":\($0)}" }
    let shown = try walk((lines + [long, long] + lines).joined(separator: "\n"))
    #expect(shown.count == 120_003)
    #expect(shown[59_999] == "60000:60000 {\"number\":60000}")
    #expect(shown[60_001] == "60002:60002 700002 bytes")
    #expect(shown[120_001] == "120002:120002 {\"number\":60000}")
  }

  @Test func theWorkerOfAShardIsKnown() throws {
    let lines = [1, 2, 1, 2, 3, 3].map { "{\"u\":\($0)}" } + ["{}"]
    let shown = try walk(lines.joined(separator: "\n"), jobs: 4) {
      $0.shardPath = try JSONPath(".u")
    }
    let workers = shown.map { $0.split(separator: " ").last }
    #expect(workers[0] == workers[2] && workers[1] == workers[3] && workers[4] == workers[5])
    #expect(shown[0].contains(" to "))
    #expect(shown[6] == "7 missing_field")
  }
}
