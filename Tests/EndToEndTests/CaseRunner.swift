import Foundation
import VimapSystem

/// What a command left behind.
struct Outcome {
  var output: String
  var error: String
  var status: Int32
  /// Processes that were still there when the command had ended.
  var leftBehind: [String]
  /// Why the command left out what it is about; `nil` where it did not.
  var leftOut: String?
}

/// Runs shell commands with the `vimap` that was built beside these tests.
enum CaseRunner {
  /// Longer than any case takes, on the slowest machine: a command that is still there then hangs.
  /// A build that is slower by itself, such as one for a sanitizer, says so in `VIMAP_CASE_SECONDS`.
  private static let hangLimit =
    ProcessInfo.processInfo.environment["VIMAP_CASE_SECONDS"].flatMap { Int($0) } ?? 120

  static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func run(_ command: String) throws -> Outcome {
    let manager = FileManager.default
    let directory = manager.temporaryDirectory
      .appendingPathComponent("vimap-case-\(UUID().uuidString)")
    try manager.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: directory) }

    // Files rather than pipes: what a left-behind process holds open cannot block us then.
    let output = directory.appendingPathComponent(".output")
    let error = directory.appendingPathComponent(".error")
    _ = manager.createFile(atPath: output.path, contents: nil)
    _ = manager.createFile(atPath: error.path, contents: nil)

    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "-k", "5", "\(hangLimit)", "/bin/sh", "-c", command]
    process.currentDirectoryURL = directory
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(products.path):\(environment["PATH"] ?? "/usr/bin:/bin")"
    environment["SUPPORT"] = root.appendingPathComponent("Tests/Support").path
    environment["EXAMPLES"] = root.appendingPathComponent("examples").path
    environment["VIMAP_CASE"] = directory.path
    environment["LC_ALL"] = "C.UTF-8"
    // Commands hold their output back here if they do so for people.
    environment["PYTHONUNBUFFERED"] = nil
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: error)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      output: try text(output), error: try text(error), status: process.terminationStatus,
      leftBehind: processes(ofCase: directory.path),
      leftOut: try? text(directory.appendingPathComponent("left-out")))
  }

  private static func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  /// The processes that have this case's mark in their environment and go on, by command line.
  private static func processes(ofCase mark: String) -> [String] {
    let wanted = Data("VIMAP_CASE=\(mark)".utf8)
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.filter { Int($0) != nil }.compactMap { entry in
      guard let environment = FileManager.default.contents(atPath: "/proc/\(entry)/environ"),
        environment.range(of: wanted) != nil
      else { return nil }
      if let process = ProcessID(entry), isEnding(process) { return nil }
      let command = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") ?? Data()
      return "\(entry) "
        + String(decoding: command, as: UTF8.self)
        .replacingOccurrences(of: "\0", with: " ")
    }
  }

  /// Whether a process ends without being told again: what was sent SIGKILL takes a moment to be
  /// gone, above all on a busy machine.
  private static func isEnding(_ process: ProcessID) -> Bool {
    // One that is gone already cannot be watched.
    guard let watch = try? SystemProcess.watch(process) else { return true }
    var poll = PollSet()
    let end = poll.add(watch.number, .readable)
    try? poll.wait(milliseconds: 2_000)
    return !poll.ready(end).isEmpty
  }
}
