import VimapBytes

/// Removes the codings that `Content-Encoding` names from a body (RFC 9110 section 8.4).
final class ContentDecoder {
  /// The codings to ask for: all that can be removed.
  static let accepted = "gzip, deflate"

  /// The decoders of the current body, the outermost first.
  private var stages: [Inflater] = []
  private var spare: [Inflater] = []
  private var names: [String] = []
  /// Each stage may turn a byte into up to a thousand, and nobody needs more stages.
  private static let mostStages = 2
  /// The bytes that may still come in, over all stages. Without this limit, a body could grow
  /// between stages, or make nothing for ever.
  private var budget = 0

  /// The most bytes that may come in for a body of this length, whatever they decode to.
  static func mostBytes(_ longestBody: Int) -> Int { longestBody.plus(longestBody).plus(64 << 10) }

  /// Why the body can't be decoded, once that is certain.
  private(set) var problem: String?
  /// There is more to decode than the longest body can need.
  private(set) var isTooMuch = false

  static let formats: [String: Inflater.Format] = [
    "gzip": .gzip, "x-gzip": .gzip, "deflate": .deflate,
  ]

  /// The codings of a body, in the order in which they were applied.
  static func codings(_ head: ByteView) -> [String] {
    head.values(ofHeader: "content-encoding").flatMap { value in
      value.text.lowercased().split(separator: ",").map { $0.trimmingSpace() }
    }.filter { !$0.isEmpty && $0 != "identity" }
  }

  /// Prepares for the body that follows some header lines.
  /// - Parameter most: the longest body that is wanted.
  /// - Returns: whether there are codings to remove.
  func begin(_ head: ByteView, longestBody most: Int) -> Bool {
    spare += stages
    stages.removeAll()
    problem = nil
    isTooMuch = false
    budget = Self.mostBytes(most)
    names = Self.codings(head).reversed()
    if names.count > Self.mostStages {
      problem = "the answer is encoded \(names.count) times"
      return true
    }
    for name in names {
      guard let format = Self.formats[name] else {
        problem = "the answer is encoded in \(name), which was not asked for"
        return true
      }
      let inflater = spare.popLast() ?? Inflater()
      inflater.reset(format)
      stages.append(inflater)
    }
    return !stages.isEmpty
  }

  /// Takes in a piece of the body. Returns `false` if no more must come.
  /// - Parameters:
  ///   - isInTime: also called while nothing comes out.
  ///   - take: is given the decoded bytes; returns whether it wants more.
  func feed(
    _ piece: ByteView, while isInTime: () -> Bool, _ take: (ByteView) -> Bool
  ) -> Bool {
    problem == nil && feed(piece, stage: 0, isInTime, take) == .taken
  }

  private func feed(
    _ piece: ByteView, stage: Int, _ isInTime: () -> Bool, _ take: (ByteView) -> Bool
  ) -> Inflater.Outcome {
    guard isInTime() else { return .unwanted }
    guard stage < stages.count else { return take(piece) ? .taken : .unwanted }
    budget -= piece.count
    if budget < 0 {
      isTooMuch = true
      return .unwanted
    }
    let outcome = stages[stage].feed(piece) { feed($0, stage: stage + 1, isInTime, take) }
    // The innermost stage reports first.
    if case .broken(let reason) = outcome, problem == nil { note(reason, stage) }
    return outcome
  }

  /// Checks whether the body that has come is complete.
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
