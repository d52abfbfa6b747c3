import Glibc
import VimapBytes

/// What is fuzzed, by the name that `scripts/fuzz` takes.
///
/// Each is given bytes, and fails where a promise about them is broken; that nothing crashes,
/// overflows or reads beyond what it was lent is watched by the compiler's checks and
/// AddressSanitizer.
private let targets: [String: (ByteView) -> Void] = [
  "answers": fuzzAnswers,
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

/// A program of libFuzzer's has its `main`, and takes the target's name from the environment.
private let chosen: (ByteView) -> Void = {
  let name = getenv("VIMAP_FUZZ").map { String(cString: $0) } ?? ""
  guard let target = targets[name] else {
    print("VIMAP_FUZZ: one of \(targets.keys.sorted().joined(separator: ", "))")
    exit(64)
  }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  chosen(ByteView(UnsafeRawBufferPointer(start: start, count: count)))
  return 0
}

/// A promise about the input.
func promise(_ holds: Bool, _ what: @autoclosure () -> String, line: UInt = #line) {
  if holds { return }
  print("broken promise, line \(line): \(what())")
  fflush(stdout)
  abort()
}
