import CVimapSystem
import Glibc
public import SystemPackage
import VimapBytes

/// Why a program cannot be run, and what to do about it.
///
/// The kernel's reason can mislead: it says "No such file or directory" of a script that exists if
/// its interpreter does not (execve(2)). So this looks into the file.
public struct ProgramProblem: Error, Equatable, Sendable {
  /// The kernel's error, or the error that it would give.
  public let code: Errno
  /// The reason, for use after the program's name and a colon.
  public let reason: String
  /// What to do about it, if known.
  public let advice: String?

  init(_ code: Errno, _ reason: String? = nil, advice: String? = nil) {
    self.code = code
    self.reason = reason ?? "\(code)"
    self.advice = advice
  }

  /// The reason, and the advice.
  public var text: String { advice.map { "\(reason): \($0)" } ?? reason }

  /// Looks for a reason why a program cannot be run.
  /// - Parameters:
  ///   - program: looked up along `path`, as execvp(3) does.
  ///   - path: the PATH of the environment.
  ///   - looksInside: whether to read the beginning of the file.
  /// - Returns: `nil` if no reason can be seen.
  public static func of(
    _ program: String, path: String?, looksInside: Bool = true
  ) -> ProgramProblem? {
    if program.isEmpty {
      return ProgramProblem(.noSuchFileOrDirectory, "the program's name is empty")
    }
    if program.hasSlash { return ofFile(program, path, looksInside) }
    var found: ProgramProblem?
    for folder in folders(path) {
      let problem = ofFile("\(folder.isEmpty ? "." : folder)/\(program)", path, looksInside)
      guard let problem else { return nil }
      // As in execvp(3), the search goes on after a file that may not be run, and ends at one that
      // could not be.
      switch problem.code {
      case .permissionDenied: found = found ?? problem
      case .noSuchFileOrDirectory where problem.advice == nil: break
      case .notDirectory: break
      default: return problem
      }
    }
    return found ?? ProgramProblem(.noSuchFileOrDirectory)
  }

  /// Why a program failed to start.
  public static func of(
    _ program: String, path: String?, failure: SystemError
  ) -> ProgramProblem {
    let code = failure.code
    if code == .execFormatError {
      return ProgramProblem(code, "it is no program for this system (\(code))")
    }
    if let problem = of(program, path: path), problem.code == code { return problem }
    guard code == .noSuchFileOrDirectory, program.hasSlash, allows(program, F_OK) else {
      return ProgramProblem(code)
    }
    return ProgramProblem(code, "\(code): the loader that it names is not there")
  }

  /// Whether there is a file with the program's name, of any kind.
  static func isThere(_ program: String, path: String?) -> Bool {
    program.hasSlash
      ? allows(program, F_OK)
      : folders(path).contains { allows("\($0.isEmpty ? "." : $0)/\(program)", F_OK) }
  }

  private static func allows(_ file: String, _ mode: CInt) -> Bool {
    file.withSystemCString { access($0, mode) } == 0
  }

  private static func folders(_ path: String?) -> [String] {
    (path ?? "/bin:/usr/bin").unicodeScalars
      .split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
  }

  private static func ofFile(
    _ file: String, _ path: String?, _ looksInside: Bool
  ) -> ProgramProblem? {
    var facts = Glibc.stat()
    guard file.withSystemCString({ stat($0, &facts) }) == 0 else {
      let code = Errno(rawValue: errno)
      if code == .noSuchFileOrDirectory, file.withSystemCString({ lstat($0, &facts) }) == 0 {
        return ProgramProblem(
          code, "\(code): it is a symbolic link to what is not there",
          advice: "see readlink \(file.quotedForShell())")
      }
      return ProgramProblem(code)
    }
    if facts.st_mode & S_IFMT == S_IFDIR {
      return ProgramProblem(.permissionDenied, "Permission denied: it is a directory")
    }
    guard allows(file, X_OK) else {
      let code = Errno(rawValue: errno)
      guard code == .permissionDenied, facts.st_mode & 0o111 == 0 else {
        return ProgramProblem(code)
      }
      return ProgramProblem(
        code, "\(code): it is not executable", advice: "chmod +x \(file.quotedForShell())")
    }
    guard looksInside, facts.st_mode & S_IFMT == S_IFREG, let head = head(of: file) else {
      return nil
    }
    return InterpreterLine(of: head, in: file)?.problem(path: path)
  }

  /// The beginning of a file, a bit more than the kernel looks at; `nil` if it may not be read.
  private static func head(of file: String) -> [UInt8]? {
    guard let descriptor = try? Descriptor.open(reading: file) else { return nil }
    var bytes = ByteBuffer()
    guard let count = try? Descriptor.read(descriptor.number, into: &bytes, limit: 4096),
      count > 0
    else { return nil }
    return bytes.view.withUnsafeBytes { Array($0) }
  }
}

extension String {
  /// Whether a program's name is the name of a file, and is not looked up along PATH.
  public var hasSlash: Bool { utf8.contains(UInt8(ascii: "/")) }
}
