import ArgumentParser
import VimapBytes
import VimapKit
import VimapRecords

/// When to stop: `never`, `soon` or `now`, and behind the last two how many failures it takes:
/// `soon,fail=3`, `now,fail=10%`. Without that it takes one.
struct HaltText: ExpressibleByArgument {
  enum Meaning: Equatable {
    case never
    case rule(HaltRule)
  }

  /// As it was typed.
  let text: String
  /// `nil` where it was none of these.
  let meaning: Meaning?

  init(argument: String) {
    text = argument
    meaning = argument == "never" ? .never : Self.rule(argument).map(Meaning.rule)
  }

  private static func rule(_ text: String) -> HaltRule? {
    let words = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    guard let manner = HaltRule.Manner(rawValue: String(words[0])) else { return nil }
    if words.count == 1 { return HaltRule(manner) }
    guard words[1].hasPrefix("fail=") else { return nil }
    return limit(words[1].dropFirst(5)).map { HaltRule(manner, at: $0) }
  }

  private static func limit(_ text: Substring) -> HaltRule.Limit? {
    guard let first = text.first, first.isASCII, first.isNumber else { return nil }
    if text.hasSuffix("%") {
      guard let share = Double(text.dropLast()), share > 0, share <= 100 else { return nil }
      return .percent(share)
    }
    return Int(text).flatMap { $0 > 0 ? .records($0) : nil }
  }
}
