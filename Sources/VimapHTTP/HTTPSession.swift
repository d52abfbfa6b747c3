import VimapBytes
import VimapJSON
import VimapKit
import VimapSystem

/// A worker's run: takes batches, keeps requests under way, and answers records as answers come.
final class HTTPSession {
  private let link: WorkerLink
  private let concurrency: Int
  private let builder: RequestBuilder
  private let writer: AnswerWriter
  private let multi: MultiHandle

  /// Batches that have records to be begun, first to last.
  private var queue: [Work] = []
  /// No more is to be begun than is in the queue.
  private var isClosed = false

  /// By tag. As many as were ever under way at once.
  private var exchanges: [Exchange] = []
  private var idle: [Exchange] = []
  /// Requests that are over, whose records can't be answered until there is room.
  private var held: [(exchange: Exchange, code: CurlCode)] = []
  /// Room has come back since one of them was tried.
  private var mayHaveRoom = false
  /// There are answers that the pool wasn't told of.
  private var hasNews = false
  /// Something was answered since the worker's size was asked for.
  private var mayHaveGrown = false

  init(_ configuration: HTTPConfiguration, _ link: WorkerLink) throws {
    guard !configuration.urls.isEmpty else { throw WorkerFailure("no URL to send to") }
    self.link = link
    concurrency = max(1, configuration.concurrency)
    // OpenSSL writes to sockets in its own way.
    Signals.ignoreFailedWrites()
    do {
      try CurlLibrary.start()
      builder = try RequestBuilder(
        configuration, target: configuration.urls[link.seat.number % configuration.urls.count],
        seat: link.seat)
      multi = try MultiHandle(inbox: link.descriptor, connections: concurrency)
      // What this libcurl doesn't know is nobody's fault, and shows here.
      let first = try builder.makeExchange(tag: 0)
      exchanges = [first]
      idle = [first]
    } catch {
      throw WorkerFailure("\(error)")
    }
    writer = AnswerWriter(configuration) { link.problem(with: $0) == nil }
  }

  private var inFlight: Int { exchanges.count - idle.count }

  func run() throws {
    try link.reportReady()
    while true {
      try answerFinished()
      try retireIfLarge()
      try beginMore()
      if inFlight == 0 {
        if isClosed { break }
        take(try link.receive(waiting: true))
        hasNews = false
      } else if try !multi.fireTimer() {
        try rest()
      }
    }
    try tell()
  }

  /// Waits until something happens. What was answered is told before, not while there is more to
  /// do at once.
  private func rest() throws {
    if hasNews {
      if try multi.poll(waiting: false) { return }
      try tell()
    }
    try multi.poll(waiting: true)
  }

  private func tell() throws {
    try link.flush()
    hasNews = false
  }

  // MARK: Batches

  private func take(_ event: WorkerLink.Event) {
    switch event {
    case .batch(let batch): if !isClosed { queue.append(Work(batch)) }
    case .closed: isClosed = true
    // A request holds nothing back.
    case .drain, .pause: break
    case .room: mayHaveRoom = true
    case .nothing: multi.hasMail = false
    }
  }

  /// The batch that the next record to begin is in, if there is one by now.
  private func currentWork() throws -> Work? {
    while true {
      if let first = queue.first {
        if !first.isBegun { return first }
        queue.removeFirst()
      } else if multi.hasMail {
        take(try link.receive(waiting: false))
      } else {
        return nil
      }
    }
  }

  /// Leaves its place to another worker where this one has grown too large.
  private func retireIfLarge() throws {
    guard mayHaveGrown, !isClosed else { return }
    mayHaveGrown = false
    guard try link.retires(measuring: { ResidentMemory.ofThisProcess }) else { return }
    isClosed = true
    queue.removeAll()
  }

  // MARK: Beginning

  private func beginMore() throws {
    while inFlight < concurrency, let work = try currentWork() {
      guard let record = work.next() else { continue }
      link.begin(1)
      if let problem = work.batch.problem(with: record) {
        try refuse(record, of: work, problem)
      } else {
        try begin(record, of: work)
      }
    }
  }

  private func begin(_ record: Int, of work: Work) throws {
    let batch = work.batch
    let exchange = try takeExchange()
    exchange.begin(record, of: work)
    do throws(RequestProblem) {
      try builder.fill(exchange, from: batch.bytes(of: record), index: batch.index(of: record))
    } catch {
      giveBack(exchange)
      if case .unreadable(let problem) = error { return try refuse(record, of: work, problem) }
      let exception = RecordException(error, attempts: batch.attempt)
      return try except(exception, record, of: work)
    }
    try multi.add(exchange.handle)
  }

  private func takeExchange() throws -> Exchange {
    if let exchange = idle.popLast() { return exchange }
    let exchange = try builder.makeExchange(tag: exchanges.count)
    exchanges.append(exchange)
    return exchange
  }

  private func giveBack(_ exchange: Exchange) {
    exchange.end()
    idle.append(exchange)
  }

  // MARK: Answering

  private func answerFinished() throws {
    if !held.isEmpty { try answerHeld() }
    while let (tag, code) = multi.nextFinished() {
      let exchange = exchanges[tag]
      if try exchange.handle.prepareAgain(after: code) {
        try multi.add(exchange.handle)
        continue
      }
      if try !held.isEmpty || !answer(exchange, code) { held.append((exchange, code)) }
    }
  }

  private func answerHeld() throws {
    while multi.hasMail { take(try link.receive(waiting: false)) }
    guard mayHaveRoom else { return }
    mayHaveRoom = false
    var answered = 0
    while answered < held.count, try answer(held[answered].exchange, held[answered].code) {
      answered += 1
    }
    held.removeFirst(answered)
  }

  /// Answers the record of a request that is over; `false` where there is no room.
  private func answer(_ exchange: Exchange, _ code: CurlCode) throws -> Bool {
    guard let work = exchange.work else { return true }
    let (batch, record, seconds) = (work.batch, exchange.record, exchange.handle.seconds)
    switch writer.result(of: exchange.handle, code, attempts: batch.attempt) {
    case .output(let output):
      let hasRoom = try link.tryOutput(
        output, for: record, of: batch, attempts: batch.attempt, seconds: seconds)
      if !hasRoom { return false }
      try noteAnswer(of: work)
    case .exception(let exception):
      try except(exception, record, of: work, seconds: seconds)
    }
    giveBack(exchange)
    return true
  }

  private func except(
    _ exception: RecordException, _ record: Int, of work: Work, seconds: Double = 0
  ) throws {
    try link.exception(exception, for: record, of: work.batch, seconds: seconds)
    try noteWait(of: work)
  }

  private func refuse(_ record: Int, of work: Work, _ problem: JSONProblem) throws {
    try link.refuse(record, of: work.batch, problem)
    try noteWait(of: work)
  }

  /// Counts an answer for which the link may have waited: it may have got more room than it
  /// needed, and have put other mail aside.
  private func noteWait(of work: Work) throws {
    multi.hasMail = true
    mayHaveRoom = true
    try noteAnswer(of: work)
  }

  private func noteAnswer(of work: Work) throws {
    hasNews = true
    mayHaveGrown = true
    guard work.noteAnswer() else { return }
    link.retire(work.batch)
    // The pool sends more when it hears of a batch's end.
    try tell()
  }
}
