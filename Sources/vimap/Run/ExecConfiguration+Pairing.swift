import VimapExec
import VimapJSON
import VimapKit
import VimapRecords

extension VimapExec.ExecConfiguration {
  /// Takes over the options that say how to talk to a kept command.
  mutating func choosePairing(_ options: VimapCommand, _ form: RecordForm) throws {
    stopsOnDesync = options.exec.onDesync == .stop
    startLimit = options.time.startTimeout.map { .seconds($0.seconds) }
    try chooseReadySign(options.exec.ready)
    try chooseEndMark(options.exec)
    try chooseMatch(options.exec, form)
    try chooseFeed(options.exec, form)
  }

  private mutating func chooseReadySign(_ text: String?) throws {
    guard let text else { return }
    guard !text.isEmpty, !text.contains("\n") else {
      throw Refusal(.usage, "--ready '\(text)': give the one line that the command prints")
    }
    do {
      readySign = try ReadySign(text)
    } catch {
      throw Refusal(.usage, "--ready \(text): no regular expression: \(error)")
    }
  }

  private mutating func chooseEndMark(_ options: ExecOptions) throws {
    guard options.outputs == .many else { return }
    guard let mark = options.endMark, !mark.contains("\n") else {
      throw Refusal(
        .usage,
        "--outputs many: give --end-mark LINE: the one line that the command prints behind each"
          + " answer")
    }
    endMark = mark
  }

  private mutating func chooseMatch(_ options: ExecOptions, _ form: RecordForm) throws {
    guard let text = options.match else { return }
    do {
      match = try MatchRule(text)
    } catch {
      throw Refusal(.usage, "--match: \(error)\(PathAdvice.text(error))")
    }
    if form.mode.isText, match?.record.description != "." {
      throw Refusal(.usage, "--match \(text): with -R a record has no parts; give .=PATH")
    }
  }

  private mutating func chooseFeed(_ options: ExecOptions, _ form: RecordForm) throws {
    if options.feed.isEmpty { return }
    let text = options.feed.joined(separator: "\n")
    feed = text
    quoting =
      switch options.quote ?? .json {
      case .json: .json
      case .sql: .sql
      case .text: .verbatim
      }
    let known = Set(form.initArguments.map(\.name))
    if let name = Set(Template(text).initNames).subtracting(known).min() {
      throw Refusal(.usage, "{init.\(name)}: give it a value with --init \(name)=VALUE")
    }
  }
}
