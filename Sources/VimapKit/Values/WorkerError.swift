import VimapBytes
import VimapCoding

/// Why an input has no output.
///
/// It is made in the worker's process and travels to the program, so it holds what is known of the
/// error that was thrown there: its type, its description and, where it is `Codable`, the error
/// itself, which ``value(as:)`` gives back.
public struct WorkerError: Error, Sendable, Codable, Equatable {
  /// What went wrong.
  public enum Kind: String, Sendable, Codable {
    /// The worker threw an error.
    case thrown
    /// The worker could not be set up; no input is charged with it.
    case startFailed
    /// The worker could not clean up; no input is charged with it.
    case finishFailed
    /// The worker's process died over the input.
    case died
    /// The worker took longer than ``PoolOptions/timeLimit``, and was killed.
    case timedOut
    /// The input cannot be encoded.
    case unsendableInput
    /// The worker could not decode the input.
    case unreadableInput
    /// The output cannot be encoded.
    case unsendableOutput
    /// The program could not decode the output.
    case unreadableOutput
    /// A ``SequenceWorker`` returned without an answer to the input.
    case missingOutput
    /// No worker is left, and none can be started.
    case noWorker
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// One sentence: what the error that was thrown says of itself, or what happened.
  public let message: String
  /// The name of the type of the error that was thrown; `nil` where none was.
  public internal(set) var typeName: String?
  /// The last that a worker's process wrote to standard error, where it died.
  public internal(set) var lastWords: String?
  /// The input's number among all of its mapping, from 0; `nil` where it is no input's.
  public internal(set) var record: Int?
  /// The worker's number, from 0.
  public internal(set) var worker: Int?
  /// The worker's process.
  public internal(set) var process: Int?
  /// Times the input was tried.
  public internal(set) var attempts: Int
  /// The signal that ended the worker's process, if one did.
  public internal(set) var signal: Int?
  /// The error that was thrown, encoded.
  var encoded: [UInt8]?
  /// Its type, by the name that no other type has.
  private var exactType: String?

  init(_ kind: Kind, _ message: String, record: Int? = nil, attempts: Int = 0) {
    self.kind = kind
    self.message = message
    self.record = record
    self.attempts = attempts
  }

  /// What is known of an error that was thrown.
  init(_ kind: Kind, _ error: any Error, record: Int?, attempts: Int) {
    self.init(kind, error.plainText, record: record, attempts: attempts)
    typeName = String(describing: type(of: error))
    exactType = String(reflecting: type(of: error))
    guard let error = error as? any Error & Codable else { return }
    var bytes = ByteBuffer()
    if (try? ValueEncoder().encode(error, to: &bytes)) != nil {
      encoded = bytes.view.withUnsafeBytes { Array($0) }
    }
  }

  /// Whether the error that was thrown has travelled with this one, so that ``value(as:)`` can give
  /// it back: it is `Codable`, and could be encoded.
  public var hasValue: Bool { encoded != nil }

  /// The error that was thrown, where it is of this type and was able to travel; else `nil`.
  public func value<Failure: Error & Decodable>(as type: Failure.Type) -> Failure? {
    guard exactType == String(reflecting: type), let encoded else { return nil }
    return encoded.withUnsafeBytes { try? ValueDecoder().decode(type, from: ByteView($0)) }
  }

}

extension WorkerError: CustomStringConvertible {
  /// The message, and what it is about: the input, the worker, and how often it was tried.
  public var description: String {
    var about: [String] = []
    if let record { about.append("input \(record)") }
    if let worker { about.append("worker \(worker)") }
    if attempts > 1 { about.append("try \(attempts)") }
    return about.isEmpty ? message : "\(message) (\(about.joined(separator: ", ")))"
  }
}

extension WorkerError {
  init(_ cause: PoolState.Cause, record: Int) {
    switch cause {
    case .workerDied(let slot, let end, let words, let attempts):
      self.init(.died, "the worker's process \(end)", words, record: record, attempts: attempts)
      worker = slot
      if case .killed(let number) = end { signal = number }
    case .timedOut(let slot, let attempts):
      self.init(
        .timedOut, "the worker took longer than its time limit", record: record,
        attempts: attempts)
      worker = slot
    case .cancelled(let attempts, _, _):
      self.init(.noWorker, "the pool was stopped", record: record, attempts: attempts)
    case .unpaired:
      self.init(.noWorker, "the worker's outputs and inputs did not match up", record: record)
    case .cannotStart(let failure):
      self.init(.noWorker, "no worker is left: \(failure.message)", record: record)
    }
  }

  /// What happened to a process, with what it said last.
  init(
    _ kind: Kind, _ text: String, _ words: String, record: Int? = nil, attempts: Int = 0
  ) {
    self.init(
      kind, words.isEmpty ? text : "\(text): \(words)", record: record, attempts: attempts)
    if !words.isEmpty { lastWords = words }
  }

  /// As it travels.
  func framed() -> SharedBytes {
    var buffer = ByteBuffer()
    frame(in: &buffer)
    return SharedBytes(copying: buffer.view)
  }

  func frame(in buffer: inout ByteBuffer) {
    Frame.begin(&buffer)
    // It is made of texts and numbers, which can always be encoded.
    try? ValueEncoder().encode(self, to: &buffer)
    _ = Frame.end(&buffer)
  }

  init(framed bytes: ByteView) throws {
    let body = Frame.body(in: bytes, at: 0) ?? 0..<0
    self = try ValueDecoder().decode(
      WorkerError.self, from: bytes.slice(body.lowerBound, body.count))
  }
}
