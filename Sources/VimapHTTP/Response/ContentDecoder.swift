import VimapBytes

/// Takes off what `Content-Encoding` says was put around a body (RFC 9110 section 8.4).
final class ContentDecoder {
  /// What is asked for: all that can be taken off.
  static let accepted = "gzip, deflate"

  /// From the outermost on.
  private var stages: [Inflater] = []
  private var spare: [Inflater] = []
  private var names: [String] = []
  /// libcurl takes no more either; each may multiply what comes out.
  private static let mostStages = 5

  /// Why the body can't be decoded, once that is clear.
  private(set) var problem: String?

  /// Gets ready for the body behind some header lines.
  /// - Returns: whether there is anything to take off.
  func begin(_ head: ByteView) -> Bool {
    spare += stages
    stages.removeAll()
    problem = nil
    names = head.values(ofHeader: "content-encoding").flatMap { value in
      value.text.lowercased().split(separator: ",").map { $0.trimmingSpace() }
    }.filter { !$0.isEmpty && $0 != "identity" }.reversed()
    for name in names {
      let format: Inflater.Format
      switch name {
      case "gzip", "x-gzip": format = .gzip
      case "deflate": format = .deflate
      default:
        problem = "the answer is encoded in \(name), which was not asked for"
        return true
      }
      let inflater = spare.popLast() ?? Inflater()
      inflater.reset(format)
      stages.append(inflater)
    }
    if stages.count > Self.mostStages { problem = "the answer is encoded \(stages.count) times" }
    return !stages.isEmpty
  }

  /// Takes in a piece of the body; `false` where no more is to come.
  /// - Parameter take: given what it is decoded to; says whether it wants more.
  func feed(_ piece: ByteView, _ take: (ByteView) -> Bool) -> Bool {
    problem == nil && feed(piece, stage: 0, take) == .taken
  }

  private func feed(
    _ piece: ByteView, stage: Int, _ take: (ByteView) -> Bool
  ) -> Inflater.Outcome {
    guard stage < stages.count else { return take(piece) ? .taken : .unwanted }
    let outcome = stages[stage].feed(piece) { feed($0, stage: stage + 1, take) }
    // The innermost says it first.
    if case .broken(let reason) = outcome, problem == nil { note(reason, stage) }
    return outcome
  }

  /// Looks whether the body that has come is a whole one.
  func finish() {
    guard problem == nil, let stage = stages.firstIndex(where: { $0.problem != nil }),
      let reason = stages[stage].problem
    else { return }
    note(reason, stage)
  }

  private func note(_ reason: String, _ stage: Int) {
    problem = "the answer is no sound \(names[stage]): \(reason)"
  }
}
