import Foundation
import Testing
import VimapSystem

/// Runs every case of `pool-cases`, each in a process of its own, as forking takes one with a single
/// thread. The process itself looks for children and descriptors it has left behind; see
/// `PoolCase.run`.
@Suite(.serialized) struct PoolCaseTests {
  @Test func thereAreCases() {
    #expect(PoolCaseRun.all.count > 100)
    #expect(Set(PoolCaseRun.all.map(\.name)).count == PoolCaseRun.all.count)
  }

  @Test(arguments: PoolCaseRun.chosen)
  func holds(_ expected: PoolCaseRun) throws {
    let outcome = try expected.run()
    #expect(!outcome.hasHung, "it hangs; it was killed after \(PoolCaseRun.hangLimit) seconds")
    #expect(outcome.end == .exited(status: 0), "\(outcome.error)")
    #expect(outcome.output == "")
    if let text = expected.says {
      #expect(outcome.error.contains(text))
    } else {
      #expect(outcome.error == "")
    }
    #expect(outcome.leftBehind == [])
  }
}

/// A case and how it is run.
struct PoolCaseRun: Sendable, CustomTestStringConvertible {
  let name: String
  /// What must stand in standard error; without it, there must be nothing.
  let says: String?

  var testDescription: String { name }

  struct Outcome {
    var output: String
    var error: String
    var end: ProcessEnd
    var hasHung: Bool
    /// Processes that are still there when the case has ended.
    var leftBehind: [String]
  }

  /// In seconds; longer than any case takes, on the slowest machine.
  static let hangLimit = 60

  private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("pool-cases").path

  /// Every case there is.
  static let all: [PoolCaseRun] = {
    let listing = try? PoolCaseRun(name: "--list", says: nil).run()
    return (listing?.output ?? "").split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
      return PoolCaseRun(name: parts[0], says: parts.count > 1 ? parts[1] : nil)
    }
  }()

  /// Those that are run: without what a build for a sanitizer cannot do, by its names in
  /// `VIMAP_POOL_CASES_WITHOUT`, with spaces between them.
  static let chosen: [PoolCaseRun] = {
    let without = ProcessInfo.processInfo.environment["VIMAP_POOL_CASES_WITHOUT"] ?? ""
    let names = Set(without.split(separator: " ").map(String.init))
    return all.filter { !names.contains($0.name) }
  }()

  func run() throws -> Outcome {
    let manager = FileManager.default
    let directory = manager.temporaryDirectory
      .appendingPathComponent("vimap-pool-case-\(UUID().uuidString)")
    try manager.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: directory) }

    // Files rather than pipes: what a left-behind process holds open cannot block us then.
    let output = directory.appendingPathComponent("output")
    let error = directory.appendingPathComponent("error")
    _ = manager.createFile(atPath: output.path, contents: nil)
    _ = manager.createFile(atPath: error.path, contents: nil)

    // Not Foundation's `Process`, which waits for all that come of the one it starts.
    let request = SpawnRequest(
      // It kills the case's whole process group.
      arguments: ["timeout", "-s", "KILL", "\(Self.hangLimit)", Self.program, name],
      environment: environment(
        inheritedEnvironment(),
        setting: [
          "VIMAP_POOL_CASE=\(directory.path)",
          // Of workers that trap on purpose.
          "SWIFT_BACKTRACE=enable=no",
        ]))
    let streams = [
      try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/null")),
      try FileHandle(forWritingTo: output), try FileHandle(forWritingTo: error),
    ]
    let descriptors = streams.map(\.fileDescriptor)
    let start = ContinuousClock.now
    let process = try request.start(
      input: descriptors[0], output: descriptors[1], error: descriptors[2], groupSlot: nil)
    let end = try SystemProcess.wait(process)
    withExtendedLifetime(streams) {}
    let tookLong = ContinuousClock.now - start >= .seconds(Self.hangLimit)
    return Outcome(
      output: try text(output), error: try text(error), end: end, hasHung: tookLong,
      leftBehind: processes(marked: directory.path))
  }

  private func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  /// The processes that have this run's mark in their environment. Those of a case that was killed
  /// are given a moment to notice.
  private func processes(marked mark: String) -> [String] {
    let wanted = Data("VIMAP_POOL_CASE=\(mark)".utf8)
    let end = ContinuousClock.now + .seconds(2)
    while true {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      let found = entries.filter { entry in
        Int(entry) != nil
          && FileManager.default.contents(atPath: "/proc/\(entry)/environ")?.range(of: wanted)
            != nil
      }
      if found.isEmpty || ContinuousClock.now > end { return found }
    }
  }
}
