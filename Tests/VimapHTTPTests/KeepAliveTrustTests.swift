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
  private func isLeftOut(_ texts: [String]) -> Bool {
    var notes = StreamNotes()
    let goAways = StreamNotes.GoAways()
    for text in texts { withView(text) { notes.take($0, goAways) } }
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
}
