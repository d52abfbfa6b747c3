import VimapBytes
import VimapCoding

/// Why an input has no output.
///
/// It is made in the worker's process and travels to the program, so it holds what is known of the
/// error that was thrown there: its type, its description and, where it is `Codable`, the error
/// itself, which ``value(as:)`` gives back.
public struct WorkerError: Error, Sendable, Codable {
  /// What went wrong.
  public enum Kind: String, Sendable, Codable {
    /// The worker threw an error.
    case thrown
    /// The worker could not be set up; no input is charged with it.
    case startFailed
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
    /// A ``SequenceWorker`` returned without an output for the input.
    case missingOutput
    /// A ``SequenceWorker`` yielded an output for which there is no input.
    case surplusOutput
    /// No worker is left, and none can be started.
    case noWorker
  }

  /// What went wrong, for programs.
  public let kind: Kind
  /// One sentence: what the error that was thrown says of itself, or what happened.
  public let message: String
  /// The type of the error that was thrown, as it is called in the program; `nil` where none was.
  public internal(set) var typeName: String?
  /// The input's number among all that the pool was given, from 0; `nil` where it is no input's.
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

  init(_ kind: Kind, _ message: String, record: Int? = nil, attempts: Int = 0) {
    self.kind = kind
    self.message = message
    self.record = record
    self.attempts = attempts
  }

  /// What is known of an error that was thrown.
  init(_ kind: Kind, _ error: any Error, record: Int?, attempts: Int) {
    self.init(kind, String(describing: error), record: record, attempts: attempts)
    typeName = String(reflecting: type(of: error))
    guard let error = error as? any Error & Codable else { return }
    var bytes = ByteBuffer()
    if (try? ValueEncoder().encode(error, to: &bytes)) != nil {
      encoded = bytes.view.withUnsafeBytes { Array($0) }
    }
  }

  static func surplus(behind record: Int, attempts: Int) -> WorkerError {
    WorkerError(
      .surplusOutput,
      "the worker yielded an output more than it had inputs, behind that for input \(record)",
      record: record, attempts: attempts)
  }

  /// Whether the error that was thrown has travelled with this one, so that ``value(as:)`` can give
  /// it back: it is `Codable`, and could be encoded.
  public var hasValue: Bool { encoded != nil }

  /// The error that was thrown, where it is of this type and was able to travel; else `nil`.
  public func value<Failure: Error & Decodable>(as type: Failure.Type) -> Failure? {
    guard typeName == String(reflecting: type), let encoded else { return nil }
    return encoded.withUnsafeBytes { try? ValueDecoder().decode(type, from: ByteView($0)) }
  }

  /// Throws the error that was thrown in the worker, where it is of this type and was able to
  /// travel; else this one.
  public func reraise<Failure: Error & Decodable>(as type: Failure.Type) throws -> Never {
    if let error = value(as: type) { throw error }
    throw self
  }

  /// Where the error came from, a line for each step outwards.
  ///
  /// Swift keeps no stack with an error that is thrown; these lines say which worker had which
  /// input, and how often it was tried.
  public var formattedTraceback: String {
    var lines: [String] = []
    if let record { lines.append("  at input \(record), try \(max(1, attempts))") }
    if let worker {
      lines.append("  in worker \(worker)" + (process.map { ", process \($0)" } ?? ""))
    }
    return lines.joined(separator: "\n")
  }

  /// The error and where it came from, as a text of some lines for a log.
  public var formattedException: String {
    let head = (typeName.map { "\($0): " } ?? "\(kind.rawValue): ") + message
    return formattedTraceback.isEmpty ? head : head + "\n" + formattedTraceback
  }
}

extension WorkerError: CustomStringConvertible {
  public var description: String {
    let place = record.map { "input \($0): " } ?? ""
    return place + (typeName.map { "\($0): " } ?? "") + message
  }
}
