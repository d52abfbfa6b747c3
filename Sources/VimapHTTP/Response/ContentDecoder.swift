import VimapBytes

/// Takes off what `Content-Encoding` says was put around a body (RFC 9110 section 8.4).
final class ContentDecoder {
  /// What is asked for: all that can be taken off.
  static let accepted = "gzip, deflate"

  /// From the outermost on.
  private var stages: [Inflater] = []
  private var spare: [Inflater] = []
  private var names: [String] = []
  /// Each multiplies by up to a thousand what comes out of a byte; nobody has use for more.
  private static let mostStages = 2
  /// Bytes that may still come in, over all stages: what each makes of the one before is no part of
  /// the body, and what makes nothing never fills it.
  private var budget = 0

  /// Most bytes that may come in for a body of so many, whatever comes of them.
  static func mostBytes(_ longestBody: Int) -> Int { longestBody.plus(longestBody).plus(64 << 10) }

  /// Why the body can't be decoded, once that is clear.
  private(set) var problem: String?
  /// There is more to decode than goes with the longest body.
  private(set) var isTooMuch = false

  static let formats: [String: Inflater.Format] = [
    "gzip": .gzip, "x-gzip": .gzip, "deflate": .deflate,
  ]

  /// What was put around a body, the first first.
  static func codings(_ head: ByteView) -> [String] {
    head.values(ofHeader: "content-encoding").flatMap { value in
      value.text.lowercased().split(separator: ",").map { $0.trimmingSpace() }
    }.filter { !$0.isEmpty && $0 != "identity" }
  }

  /// Gets ready for the body behind some header lines.
  /// - Parameter most: the longest body that is wanted.
  /// - Returns: whether there is anything to take off.
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

  /// Takes in a piece of the body; `false` where no more is to come.
  /// - Parameters:
  ///   - isInTime: asked also while nothing comes out.
  ///   - take: given what it is decoded to; says whether it wants more.
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
