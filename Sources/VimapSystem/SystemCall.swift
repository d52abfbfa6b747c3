import Glibc
import SystemPackage

/// A system call that failed: which one, and the kernel's reason.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The call's name as its manual page has it.
  public let call: String
  public let code: Errno

  public init(call: String, code: Errno) {
    self.call = call
    self.code = code
  }

  public var description: String { "\(call): \(code)" }

  /// The system has not enough of something at the moment, be it processes, memory or descriptors;
  /// what was refused is not to blame.
  public var isShortage: Bool {
    [
      .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem,
    ].contains(code)
  }
}

/// The one way to the kernel: calls again when a signal interrupted, and turns a failure into a
/// ``SystemError``. Where it is called is what a debug build knows the call by
/// (``SystemCallFault``).
@discardableResult
func systemCall<Result: SignedInteger>(
  _ name: StaticString, file: StaticString = #fileID, line: UInt32 = #line, _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    #if DEBUG
      if let code = SystemCallFault.code(name, file, line) {
        if code == .interrupted { continue }
        throw SystemError(call: name.description, code: code)
      }
    #endif
    let result = body()
    if result != -1 { return result }
    let code = Errno(rawValue: errno)
    if code != .interrupted { throw SystemError(call: name.description, code: code) }
  }
}

/// As ``systemCall(_:file:line:_:)``, with `nil` for "not now" (EAGAIN) on a descriptor that does
/// not wait.
func systemCallUnlessWaiting<Result: SignedInteger>(
  _ name: StaticString, file: StaticString = #fileID, line: UInt32 = #line, _ body: () -> Result
) throws(SystemError) -> Result? {
  do throws(SystemError) {
    return try systemCall(name, file: file, line: line, body)
  } catch {
    if error.code == .wouldBlock || error.code == .resourceTemporarilyUnavailable { return nil }
    throw error
  }
}
