import VimapCheckpoint
import VimapHTTP
import VimapRecords

/// The options that results depend on, by their names: what a job that is gone on with has to have
/// as it was. How fast it goes, and how often a record is tried, is not among them.
struct JobSettings {
  private(set) var settings: [JobHeader.Setting] = []

  init(_ line: TypedLine) {
    let options = line.options
    add("--raw-input", options.records.rawInput)
    add("--null", options.records.null)
    add("--encoding", options.records.encoding)
    add("--max-record", options.records.maxRecord)
    add("--format", options.results.format.rawValue)
    add("--keep-order", options.results.keepOrder)
    add("--meta", options.results.meta)
    add("--failed", options.results.failed == nil ? nil : "a file")
    add("--shard-by", options.pool.shardBy)
    add("--init", options.pool.initArguments.map { "\($0.name)=\($0.value)" })
    addCommand(line)
    addRequests(options)
    add("--job-version", options.checkpoint.jobVersion)
  }

  private mutating func addCommand(_ line: TypedLine) {
    let exec = line.options.exec
    add("the command", line.command.map { $0.joined(separator: " ") })
    add("--exec", exec.exec)
    add("--each", exec.each)
    add("--text", exec.text)
    add("--protocol", exec.lineProtocol?.rawValue)
    add("--ready", exec.ready)
    add("--match", exec.match)
    add("--outputs", exec.outputs.rawValue)
    add("--end-mark", exec.endMark)
    add("--feed", exec.feed)
    add("--quote", exec.quote?.rawValue)
  }

  private mutating func addRequests(_ options: VimapCommand) {
    let http = options.http
    // Where it is sent to may be another server of the same kind, but not with another request.
    add("--post", http.post.map(Redaction.url))
    add("--request", http.request)
    add("--header", http.header.map(withoutSecret))
    add("--body", http.body)
    add("--body-text", http.bodyText)
    add("--no-body", http.noBody)
    add("--batch", http.batch.map { "\($0)" })
    add("--accept", http.accept)
    add("--response", http.response.map { "\($0)" })
    add("--expect", http.expect.map { "\($0)" })
    add("--max-response", http.maxResponse)
    add("--idempotency-key", http.idempotencyKey)
  }

  /// A token may be a new one each day.
  private func withoutSecret(_ header: String) -> String {
    let name = String(header.unicodeScalars.prefix { $0 != ":" })
    return Redaction.isSecret(header: name) ? "\(name): \(Redaction.mark)" : header
  }

  private mutating func add(_ name: String, _ value: String?) {
    if let value { settings.append(JobHeader.Setting(name, value)) }
  }

  private mutating func add(_ name: String, _ isSet: Bool) {
    if isSet { settings.append(JobHeader.Setting(name, "given")) }
  }

  private mutating func add(_ name: String, _ count: ByteCount?) {
    add(name, count.map { "\($0)" })
  }

  private mutating func add(_ name: String, _ values: [String]) {
    add(name, values.isEmpty ? nil : values.joined(separator: ", "))
  }
}

extension SettingChange: CustomStringConvertible {
  /// As in "--format was object, is pair".
  public var description: String {
    func shown(_ value: String?) -> String {
      switch value {
      case nil: "not given"
      case "given": "given"
      case let value?: "'\(value.onOneLine(atMost: 200))'"
      }
    }
    return "\(name) was \(shown(was)), is \(shown(`is`))"
  }
}
