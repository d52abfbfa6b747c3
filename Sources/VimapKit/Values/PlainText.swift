#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

// What people are told, also by way of `localizedDescription`.

extension PoolError: LocalizedError {
  public var errorDescription: String? { description }
}

extension WorkerError: LocalizedError {
  public var errorDescription: String? { description }
}

extension Error {
  /// What the error says of itself.
  var plainText: String {
    if let text = (self as? any LocalizedError)?.errorDescription { return text }
    return String(describing: self)
  }
}
