import Glibc
import SystemPackage

/// A system call that failed: which one, and the kernel's reason.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The call's name, as in its manual page.
  public let call: String
  public let code: Errno

  public init(call: String, code: Errno) {
    self.call = call
    self.code = code
  }

  public var description: String { "\(call): \(code)" }

  /// Whether the system lacks something at the moment: processes, memory or descriptors. What was
  /// refused is not to blame.
  public var isShortage: Bool {
    [
      .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem,
    ].contains(code)
  }
}

/// Makes a system call. It calls again after an interruption by a signal, and turns a failure into
/// a ``SystemError``. All system calls whose failure matters go through here. A debug build
/// identifies a call by its place in the source (``SystemCallFault``).
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

/// As ``systemCall(_:file:line:_:)``, but returns `nil` if a descriptor that does not wait is not
/// ready (EAGAIN).
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
