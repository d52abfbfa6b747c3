import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

/// A worker's run: it takes batches, keeps requests under way, and answers records as answers come.
final class HTTPSession {
  let link: WorkerLink
  let builder: RequestBuilder
  let batch: Int?
  let multi: MultiHandle
  private let concurrency: Int
  /// Whether it finds out by itself how many requests there should be at once.
  private let adapts: Bool
  private let sendsKey: Bool
  let writer: AnswerWriter

  /// Batches with records that are still to be begun, in order.
  var queue: [Work] = []

  let exchanges: Exchanges
  /// Requests that are ready, to hosts that are paused. There are no more than may be under way, or
  /// a few more if that is next to none.
  var parked: [Exchange] = []
  /// Requests that are over, and whose records wait for room for their answers.
  var held: [(exchange: Exchange, code: CurlCode)] = []
  /// Room has come back since one of them was tried.
  var mayHaveRoom = false
  /// There are answers that the pool has not been told of.
  var hasNews = false
  private var hasToldOfSurplus = false
  var hasToldOfLostBody = false
  /// Something was answered since the worker's size was last measured.
  var mayHaveGrown = false

  var gate: RequestGate
  /// When something may be begun that may not be begun now.
  private var wake: Nanoseconds?
  /// The same, if that is the end of a pause that a server has asked for.
  private var pauseEnd: Nanoseconds?
  /// Until when the pool believes that this worker can only wait for a pause to end.
  private var toldRest: Nanoseconds?
  private let longestPause: Duration

  init(_ configuration: HTTPConfiguration, _ link: WorkerLink) throws {
    guard !configuration.urls.isEmpty else { throw WorkerFailure("no URL to send to") }
    self.link = link
    batch = configuration.batch
    longestPause = configuration.longestPause
    sendsKey = configuration.sendsIdempotencyKey
    concurrency = max(1, configuration.concurrency)
    adapts = configuration.adaptsConcurrency
    // OpenSSL writes to sockets in its own way, and a failed write must not raise SIGPIPE.
    Signals.ignoreFailedWrites()
    do {
      try CurlLibrary.start()
      builder = try RequestBuilder(configuration, targets: configuration.urls, worker: link.context)
      gate = RequestGate(
        configuration, hosts: configuration.hosts, worker: link.context.number, now: Clock.now())
      multi = try MultiHandle(inbox: link.descriptor, connections: concurrency)
      exchanges = try Exchanges(builder, link)
    } catch {
      throw WorkerFailure("\(error)")
    }
    writer = AnswerWriter(configuration, isJSON: link.isJSON)
  }

  private var inFlight: Int { exchanges.inUse - parked.count }

  func run() throws {
    try link.reportReady()
    while true {
      while multi.hasPending { take(try link.receive(waiting: false)) }
      try answerFinished()
      try retireIfLarge()
      try retireIfRecalled()
      try beginMore()
      // Beginning requests may have read the recall from the inbox, and then nothing else would
      // wake this loop.
      if link.isRecalled { continue }
      if inFlight == 0, wake == nil {
        if link.stage > .open { break }
        try tellOfRest()
        take(try link.receive(waiting: true))
        hasNews = false
      } else if try !multi.fireTimer() {
        try rest()
      }
    }
    try tell()
  }

  /// Waits until something happens. First the pool is told of new answers, but only if there is
  /// nothing more to do at once.
  private func rest() throws {
    if hasNews {
      if try multi.poll(waiting: false) { return }
      try tell()
    }
    try tellOfRest()
    try multi.poll(waiting: true, until: wake)
    if multi.hasSurplus, !hasToldOfSurplus {
      hasToldOfSurplus = true
      try link.reportStray(
        "a server has answered a request twice; its connection is not used again, but a second"
          + " answer that comes late is taken for the next request's, unless there is the header"
          + " 'Connection: close'")
    }
  }

  private func tellOfRest() throws {
    let end = inFlight == 0 ? pauseEnd : nil
    guard end != toldRest else { return }
    toldRest = end
    try link.reportResting(until: end)
  }

  func tell() throws {
    if adapts { link.note(concurrency: gate.level) }
    try link.flush()
    hasNews = false
  }

  // MARK: Batches

  private func take(_ event: WorkerLink.Event) {
    switch event {
    case .batch(let batch): queue.append(Work(batch))
    // HTTP requests never hold answers back.
    case .flush, .closed: break
    case .room: mayHaveRoom = true
    case .pause(let pause): gate.note(pause)
    case .nothing: multi.hasPending = false
    }
  }

  /// The batch of the next record to begin, if there is one by now.
  private func currentWork() throws -> Work? {
    while true {
      if let first = queue.first {
        if !first.isBegun { return first }
        queue.removeFirst()
      } else if multi.hasPending {
        take(try link.receive(waiting: false))
      } else {
        return nil
      }
    }
  }

  // MARK: Beginning

  /// After refusing so many requests, it looks at what else has happened.
  private static let mostRefusals = 64

  /// Begins what may be begun now, and notes when more may be.
  private func beginMore() throws {
    wake = nil
    pauseEnd = nil
    if !parked.isEmpty { try beginParked() }
    var refusals = 0
    while inFlight < gate.limit {
      if !gate.isOpen, try mustWait() { return }
      guard parked.count < max(16, concurrency), let exchange = try makeRequest() else { return }
      if gate.isOpen {
        try begin(exchange)
      } else if let end = gate.endOfPause(of: builder.host(of: exchange), now: Clock.now()) {
        parked.append(exchange)
        notePause(end)
      } else if try refuses(exchange) {
        refusals += 1
        if refusals == Self.mostRefusals { return note(Clock.now()) }
      } else {
        try begin(exchange)
      }
    }
  }

  /// Whether there is a record to begin, but no request at all may be begun now.
  private func mustWait() throws -> Bool {
    guard try currentWork() != nil else { return false }
    let now = Clock.now()
    if let time = gate.nextBegin(now) {
      note(time)
      return true
    }
    guard let end = gate.endOfCommonPause(now) else { return false }
    notePause(end)
    return true
  }

  private func note(_ time: Nanoseconds) { wake = min(time, wake ?? time) }

  private func notePause(_ end: Nanoseconds) {
    note(end)
    pauseEnd = min(end, pauseEnd ?? end)
  }

  /// Answers the records of a request whose host asks for a pause that is too long to wait for.
  /// Returns `false` if it does not.
  private func refuses(_ exchange: Exchange) throws -> Bool {
    let host = builder.host(of: exchange)
    guard let pause = gate.refusal(of: host, now: Clock.now()) else { return false }
    try leaveOut(exchange) { .notSent(pause, longest: longestPause, attempts: $0) }
    return true
  }

  private func beginParked() throws {
    var place = 0
    while place < parked.count {
      if let end = gate.endOfPause(of: builder.host(of: parked[place]), now: Clock.now()) {
        notePause(end)
        place += 1
      } else if try refuses(parked[place]) {
        parked.remove(at: place)
      } else if inFlight < gate.limit {
        try begin(parked.remove(at: place))
      } else {
        // The next answer will lead back here.
        place += 1
      }
    }
  }

  private func begin(_ exchange: Exchange) throws {
    exchange.begun = Clock.now()
    if !exchange.handle.tellsOfSending { exchange.handle.onSend() }
    try multi.add(exchange.handle)
    gate.noteBegin(inFlight: inFlight, now: exchange.begun)
  }

  /// Makes a request for the next record, or for as many as go into one request.
  private func makeRequest() throws -> Exchange? {
    while let first = try nextRecord() {
      let start = link.begun - 1
      let exchange = try exchanges.take()
      exchange.server = gate.server(Clock.now())
      if try fill(exchange, from: first) {
        link.noteUnsent(start..<link.begun, at: exchange.tag)
        exchange.isUnsent = true
        return exchange
      }
      exchanges.giveBack(exchange)
    }
    return nil
  }

  /// Makes a request, and answers the records that can't be in one. Returns whether any are left.
  private func fill(
    _ exchange: Exchange, from first: (work: Work, record: Int)
  ) throws -> Bool {
    exchange.body.removeAll()
    var next = first
    while true {
      let (work, record) = next
      do throws(RequestProblem) {
        let (bytes, index) = (work.batch.bytes(of: record), work.batch.index(of: record))
        if batch == nil {
          try builder.fill(exchange, from: bytes, index: index, key: key(of: record, in: work))
        } else {
          try builder.add(bytes, index: index, to: exchange)
        }
        exchange.add(record, of: work)
      } catch {
        try refuse(record, of: work, error)
      }
      guard exchange.records.count < batch ?? 1, let another = try nextRecord() else { break }
      next = another
    }
    if batch == nil || exchange.records.isEmpty { return !exchange.records.isEmpty }
    do throws(RequestProblem) {
      try builder.finishBatch(exchange)
      return true
    } catch {
      for (work, record) in exchange.records { try refuse(record, of: work, error) }
      return false
    }
  }

  private func key(of record: Int, in work: Work) -> IdempotencyKey? {
    guard sendsKey else { return nil }
    return IdempotencyKey(
      line: work.batch.trimmedLine(of: record), occurrence: work.batch.occurrence)
  }

  /// The next record that is JSON. It counts as begun.
  private func nextRecord() throws -> (work: Work, record: Int)? {
    while let work = try currentWork(), let record = work.next() {
      link.begin(1)
      guard let problem = work.batch.problem(with: record) else { return (work, record) }
      try link.refuse(record, of: work.batch, problem)
      try noteWait(of: work)
    }
    return nil
  }
}
