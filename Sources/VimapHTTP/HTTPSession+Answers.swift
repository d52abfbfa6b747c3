import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Answers the records of requests that are over.
extension HTTPSession {
  func answerFinished() throws {
    if !held.isEmpty { try answerHeld() }
    while let (tag, curlCode) = multi.nextFinished() {
      let exchange = exchanges[tag]
      let code = exchange.handle.verdict(despite: curlCode)
      if try exchange.handle.prepareAgain(after: code) {
        try multi.add(exchange.handle)
        continue
      }
      if code == .ok { try sayLost(exchange.handle.lostBody) }
      gate.noteEnd(of: exchange, code, now: Clock.now())
      if try !held.isEmpty || !answer(exchange, code) { held.append((exchange, code)) }
    }
  }

  /// Reports a lost body. Many requests may lose theirs; the first report is enough.
  private func sayLost(_ body: LostBody?) throws {
    guard let body, !hasToldOfLostBody else { return }
    hasToldOfLostBody = true
    try link.notice(body.explanation)
  }

  private func answerHeld() throws {
    guard mayHaveRoom else { return }
    mayHaveRoom = false
    var answered = 0
    while answered < held.count, try answer(held[answered].exchange, held[answered].code) {
      answered += 1
    }
    held.removeFirst(answered)
  }

  /// Answers the records of a request that is over. Returns `false` if there is no room.
  private func answer(_ exchange: Exchange, _ code: CurlCode) throws -> Bool {
    let handle = exchange.handle
    var verdict = writer.verdict(on: handle, code, records: exchange.records.count)
    if case .failed(var exception) = verdict, let pause = exception.pause {
      let now = Clock.now()
      if [429, 503].contains(handle.status), let host = builder.host(of: exchange) {
        exception.pause?.key = host
        gate.note(
          KeyPause(
            key: host, end: now.plus(pause.delay), length: pause.delay, reason: handle.status))
      }
      exception.pause?.nextTry = gate.nextTry(at: exchange.server, pause.delay, now: now)
      verdict = .failed(exception)
    }
    while exchange.answered < exchange.records.count {
      let (work, record) = exchange.records[exchange.answered]
      switch verdict {
      case .accepted(let status):
        let output = writer.output(handle.answer, status: status, number: exchange.answered)
        let hasRoom = try link.tryOutput(
          output, for: record, of: work.batch, attempts: work.batch.attempt,
          seconds: handle.curl.seconds)
        if !hasRoom { return false }
        link.note(seconds: handle.curl.seconds, count: 1)
        exchange.answered += 1
        try noteAnswer(of: work)
      case .failed(var exception):
        exchange.answered += 1
        exception.wasSent = !exchange.isUnsent
        try except(exception, record, of: work, seconds: handle.curl.seconds)
      }
    }
    exchanges.giveBack(exchange)
    return true
  }

  func refuse(_ record: Int, of work: Work, _ problem: RequestProblem) throws {
    var exception = RecordException(problem)
    exception.wasSent = false
    try except(exception, record, of: work)
  }

  private func except(
    _ exception: RecordException, _ record: Int, of work: Work, seconds: Double = 0
  ) throws {
    var exception = exception
    // Its own attempts are those of this try: none, if no request could be made.
    exception.attempts += work.batch.attempt - 1
    if [.timeout, .httpTransport].contains(exception.kind) {
      exception.details.append(
        ("was_sent", .bool(exception.wasSent || work.batch.mayBeSent)))
    }
    try link.exception(exception, for: record, of: work.batch, seconds: seconds)
    try noteWait(of: work)
  }

  /// Counts an answer for which the link may have waited. Meanwhile it may have got more room than
  /// needed, and other messages.
  func noteWait(of work: Work) throws {
    multi.hasPending = true
    mayHaveRoom = true
    try noteAnswer(of: work)
  }

  private func noteAnswer(of work: Work) throws {
    hasNews = true
    mayHaveGrown = true
    guard work.noteAnswer() else { return }
    link.retire(work.batch)
    // The pool sends more when it hears that a batch is done.
    try tell()
  }
}
