import VimapBytes
import VimapCheckpoint
import VimapJSON
import VimapSystem

/// Says how far the job of a checkpoint has come, from that alone: also of one that is under way.
struct CheckpointStatus {
  private let path: String
  private let header: JobHeader
  private let session: Session?
  private let state: JobState

  init(_ path: String) throws(Refusal) {
    self.path = path
    do {
      let bytes = try CheckpointFile.read(path)
      let recovery = try Recovery(journal: bytes.view)
      header = recovery.header
      session = recovery.session
      state = recovery.claimed
    } catch let error as SystemError {
      throw Refusal(.noInput, "\(path): cannot be read: \(error.code)")
    } catch let problem as CheckpointProblem {
      throw Refusal(.noInput, problem.text(path, nil))
    } catch {
      throw Refusal(.noInput, "\(path): \(error)")
    }
  }

  private var stage: String {
    guard let ending = state.ending else {
      guard let session else { return "unfinished" }
      let isRunning = SystemProcess.isThere(session.process) && session.boot == SystemProcess.boot
      return isRunning ? "running" : "cut off"
    }
    return ending.isFinished ? "finished" : "stopped"
  }

  private var bytesRead: Int { state.inputs.reduce(0) { $0 + $1.mark.length } }

  /// For people.
  var lines: [String] {
    let failed = state.exceptions.count
    var lines = [
      "\(path): \(stage)",
      "done     \(state.done.count) records, \(failed) of them failed",
    ]
    for (kind, count) in state.totals.sorted(by: { $0.key < $1.key }) {
      lines.append("         \(count) \(kind)")
    }
    lines.append("read     \(bytesRead) bytes of \(state.inputs.count) inputs")
    lines.append("output   \(header.output), \(state.output.length) bytes")
    lines.append("begun    \(time(header.time))")
    if let session {
      lines.append("last run \(time(session.time)), process \(session.process)")
      lines.append("command  \(session.command.joined(separator: " "))")
    }
    if let ending = state.ending {
      lines.append("ended    \(time(ending.time)), exit status \(ending.status)")
    }
    return lines
  }

  private func time(_ seconds: Int) -> String {
    let ago = max(0, Clock.timeOfDay() - seconds)
    if ago < 120 { return "\(ago) s ago" }
    return ago < 7200 ? "\(ago / 60) min ago" : "\(ago / 3600) h ago"
  }

  /// For programs.
  var json: String {
    func text(_ value: String) -> String {
      var raw = ByteBuffer()
      raw.append(system: value)
      var json = ByteBuffer()
      json.appendString(of: raw.view)
      return json.view.text
    }
    let kinds = state.totals.sorted { $0.key < $1.key }.map { "\(text($0.key)):\($0.value)" }
    let command = session.map { $0.command.map(text).joined(separator: ",") } ?? ""
    let ending = state.ending
    return "{\"state\":\(text(stage)),\"done\":\(state.done.count),"
      + "\"failed\":\(state.exceptions.count),"
      + "\"failed_by_kind\":{\(kinds.joined(separator: ","))},"
      + "\"bytes_read\":\(bytesRead),\"output\":\(text(header.output)),"
      + "\"bytes_written\":\(state.output.length),\"begun\":\(header.time),"
      + "\"last_run\":\(session.map { "\($0.time)" } ?? "null"),"
      + "\"process\":\(session.map { "\($0.process)" } ?? "null"),"
      + "\"ended\":\(ending.map { "\($0.time)" } ?? "null"),"
      + "\"exit_status\":\(ending.map { "\($0.status)" } ?? "null"),"
      + "\"command\":[\(command)]}"
  }
}

extension CheckpointOptions {
  /// What is said of a checkpoint, if that is all that is asked for.
  var answer: String? {
    get throws(Refusal) {
      if let path = statusJson { return try CheckpointStatus(path).json }
      return try status.map { (path) throws(Refusal) in
        try CheckpointStatus(path).lines.joined(separator: "\n")
      }
    }
  }
}
