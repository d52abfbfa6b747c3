import VimapKit
import VimapRecords

extension FlowOptions {
  /// The most tries that may be started.
  var rateLimit: FlowLimit? { get throws { try rate.map { try limit($0, "--rate") } } }

  /// The most that the records started may cost.
  var budgetLimit: FlowLimit? {
    get throws { try budget.map { try limit($0, "--budget") } }
  }

  /// When failed records stop the run.
  var haltRule: HaltRule? {
    get throws {
      guard let halt else { return nil }
      switch halt.meaning {
      case nil:
        throw Refusal(
          .usage,
          "--halt \(halt.text): give never, soon or now, and how many failures it takes, such as"
            + " soon,fail=3 or now,fail=10%")
      case .never: return nil
      case .rule(let rule): return rule
      }
    }
  }

  private func limit(_ typed: RateText, _ option: String) throws -> FlowLimit {
    if let limit = typed.limit { return limit }
    throw Refusal(
      .usage, "\(option) \(typed.text): give a number above 0 and its unit: N/s, N/m or N/h")
  }
}
