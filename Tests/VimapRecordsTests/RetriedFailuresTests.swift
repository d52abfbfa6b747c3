import Testing

@testable import VimapRecords

@Suite struct RetriedFailuresTests {
  @Test func kindsAndCodesOfKinds() {
    let status = RecordException.Kind(rawValue: "status")
    func answer(_ number: Int) -> RecordException {
      var exception = RecordException(status, "")
      exception.code = number
      return exception
    }
    var retried = RetriedFailures()
    #expect(!retried.covers(RecordException(.exit, "")))
    retried.kinds = [.exit]
    retried.codes[status] = [500...599]
    #expect(retried.covers(RecordException(.exit, "")))
    #expect(!retried.covers(RecordException(.worker, "")))
    #expect(retried.covers(answer(503)))
    #expect(!retried.covers(answer(404)))
    #expect(!retried.covers(RecordException(status, "")))
    retried.kinds.insert(status)
    #expect(retried.covers(answer(404)))
  }

  @Test func answersThatBrokeOff() {
    var torn = RecordException(.invalidOutput, "")
    torn.isTorn = true
    var retried = RetriedFailures()
    #expect(!retried.covers(torn))
    retried.coversTornAnswers = true
    #expect(retried.covers(torn))
    #expect(!retried.covers(RecordException(.invalidOutput, "")))
  }
}
