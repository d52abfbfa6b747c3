import Foundation
import Testing

@testable import VimapHTTP

@Suite("Trust in kept connections")
struct KeepAliveTrustTests {
  private func distrusted(_ trust: KeepAliveTrust) -> Int {
    var count = 0
    while trust.takeDistrust() { count += 1 }
    return count
  }

  @Test func isLostForLongerEachTime() {
    let trust = KeepAliveTrust()
    #expect(distrusted(trust) == 0)
    for expected in [64, 128, 256] {
      trust.noteLoss()
      // Those that were under way at the same time are no news.
      trust.noteLoss()
      #expect(distrusted(trust) == expected)
    }
  }
}

@Suite("What libcurl says of streams")
struct StreamNotesTests {
  private func isLeftOut(_ texts: [String], connection: Int? = nil) -> Bool {
    var notes = StreamNotes()
    let goAways = StreamNotes.GoAways()
    for text in texts { withView(text) { notes.take($0, connection: connection, goAways) } }
    return notes.isLeftOut(goAways)
  }

  @Test func behindTheLast() {
    let way = ["Re-using existing connection #7 with host a\n", "Using Stream ID: 5 (easy)\n"]
    #expect(!isLeftOut(way))
    #expect(isLeftOut(way + ["recveived GOAWAY, error=0, last_stream=3\n"]))
    #expect(isLeftOut(way + ["received GOAWAY, error=0, last_stream=3\n"]))
    #expect(!isLeftOut(way + ["recveived GOAWAY, error=0, last_stream=5\n"]))
    #expect(!isLeftOut(["Using Stream ID: 5\n", "received GOAWAY, error=0, last_stream=3\n"]))
    #expect(!isLeftOut(way + ["Re-using existing connection #8\n", "Using Stream ID: 5\n"]))
  }

  @Test func inLaterWords() {
    let way = [
      "Re-using existing https: connection with host [::1]\n",
      "[HTTP/2] [5] OPENED stream for https://[::1]:8443/[7]\n",
      "[HTTP/2] [9] [:method: POST]\n",
    ]
    let end = ["received GOAWAY, error=0, last_stream=3\n"]
    #expect(isLeftOut(way + end, connection: 7))
    #expect(!isLeftOut(way + ["received GOAWAY, error=0, last_stream=5\n"], connection: 7))
    #expect(!isLeftOut(way + end))
  }
}

@Suite("Workarounds")
struct WorkaroundTests {
  @Test func versions() {
    #expect(CurlVersion(number: 0x075801) == CurlVersion(7, 88, 1))
    #expect(CurlVersion(7, 88, 1) < CurlVersion(8, 0))
    #expect("\(CurlVersion(8, 14, 1))" == "8.14.1")
    #expect(CurlVersion(7, 85) <= .loaded)
  }

  @Test func onlyWhereNeeded() {
    for workaround in Workaround.allCases {
      #expect(workaround.isNeeded(with: CurlVersion(7, 88, 1)))
      guard let version = workaround.fixedIn else { continue }
      #expect(!workaround.isNeeded(with: version))
    }
  }

  @Test func testsAreThere() throws {
    let cases = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("EndToEndTests/Cases")
    let names = try ["http-faults", "http-faults-options", "http-options", "pairs-http"].flatMap {
      try String(contentsOf: cases.appendingPathComponent("\($0).cases"), encoding: .utf8)
        .split(separator: "\n").map(String.init)
    }
    for workaround in Workaround.allCases {
      let isThere = names.contains("[\(workaround.test)]")
      #expect(isThere, "no case has the name: \(workaround.test)")
    }
  }
}
