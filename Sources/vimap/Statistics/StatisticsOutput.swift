import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// Where the statistics of a run go, if anybody wants them.
struct StatisticsOutput {
  private let isShown: Bool
  private let path: String
  private let file: WholeFile?
  private let isOnStandardOutput: Bool
  private let sendsRequests: Bool

  /// Checks, before the run, that they can be written.
  init(_ options: WatchOptions, _ results: ResultOptions, sendsRequests: Bool) throws {
    self.sendsRequests = sendsRequests
    isOnStandardOutput = options.statsJson.map(OutputFiles.isStandardOutput) ?? false
    if let name = options.statsJson, isOnStandardOutput {
      // If results go to a file by that name, this is found out later.
      let isTaken =
        name == "-" && OutputFiles.file(results.output) == nil && results.format != .none
      guard !isTaken, results.failed.map(OutputFiles.isStandardOutput) != true else {
        throw Refusal(
          .usage,
          "--stats-json \(name): \(isTaken ? "results" : "lines that failed") go to standard output"
            + " too: give \(isTaken ? "-o FILE, or " : "")a file (./- is one)")
      }
    }
    isShown = options.stats
    path = options.statsJson ?? ""
    do throws(SystemError) {
      file = try OutputFiles.file(options.statsJson).map { path throws(SystemError) in
        try WholeFile(path: path)
      }
    } catch {
      throw Refusal(.cannotCreate, "--stats-json \(path): cannot be created: \(error.code)")
    }
  }

  var isWanted: Bool { isShown || file != nil || isOnStandardOutput }

  /// Checks that they replace none of the run's own files.
  func check(against files: Set<FileIdentity>) throws {
    guard path != "-", let identity = Descriptor.regularFile(path), files.contains(identity)
    else { return }
    throw Refusal(
      .cannotCreate, "--stats-json \(path): cannot be created: it is also an input, or an output")
  }

  /// - Returns: the exit status of the run, after this output.
  func put(_ statistics: RunStatistics, _ report: RunReport, _ status: ExitStatus) -> ExitStatus {
    if isShown {
      let figures = Figures(environment: inheritedEnvironment())
      let table = StatisticsTable(
        statistics: statistics, figures: figures, sendsRequests: sendsRequests)
      Printer.show(table.lines)
    }
    guard file != nil || isOnStandardOutput else { return status }
    let text = StatisticsJSON(statistics: statistics, outcome: report.outcome, status: status)
    var bytes = ByteBuffer()
    bytes.append(text: "\(text)\n")
    do throws(SystemError) {
      if let file { try file.write(bytes.view) } else { try Printer.put(bytes.view) }
      return status
    } catch {
      Printer.say("--stats-json \(path): cannot be written: \(error.code)")
      return status == .success || status == .exceptions ? .inputOutput : status
    }
  }
}
