import Glibc
import VimapBytes

/// What is fuzzed, by the name that `scripts/fuzz` takes.
///
/// Each is given bytes, and fails where a promise about them is broken; that nothing crashes,
/// overflows or reads beyond what it was lent is watched by the compiler's checks and
/// AddressSanitizer.
private let targets: [String: (ByteView) -> Void] = [
  "answers": fuzzAnswers,
  "checkpoint": fuzzCheckpoint,
  "coding": fuzzCoding,
  "content": fuzzContent,
  "envelope": fuzzEnvelope,
  "headers": fuzzHeaders,
  "path": fuzzPath,
  "retry-after": fuzzRetryAfter,
  "scanner": fuzzScanner,
  "template": fuzzTemplate,
  "url": fuzzURL,
]

@main
enum Fuzzing {
  /// libFuzzer's options are on the command line; the target's name is in the environment.
  static func main() {
    let name = getenv("VIMAP_FUZZ").map { String(cString: $0) } ?? ""
    guard targets[name] != nil else {
      print("VIMAP_FUZZ: one of \(targets.keys.sorted().joined(separator: ", "))")
      exit(64)
    }
    chosen = targets[name]
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
    exit(
      runDriver(&count, &arguments) { start, count in
        chosen?(ByteView(UnsafeRawBufferPointer(start: start, count: count)))
        return 0
      })
  }
}

private var chosen: ((ByteView) -> Void)?

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// A promise about the input.
func promise(_ holds: Bool, _ what: @autoclosure () -> String, line: UInt = #line) {
  if holds { return }
  print("broken promise, line \(line): \(what())")
  fflush(stdout)
  abort()
}
