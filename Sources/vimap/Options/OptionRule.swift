/// What options go with, and what they don't go with.
///
/// Each group has its rules beside its options. An option stands in them as messages name it:
/// `--retry`, or, where only one value of it is meant, `--outputs many`.
enum OptionRule {
  /// Each of these has to be in the company of others, or must not be.
  case needs([String], Company)
  /// No two of these can be meant.
  case oneOf([String], because: String = "give one of them only")

  /// What has to be beside an option, and what must not be.
  struct Company {
    /// For the end of a message.
    let text: String
    /// One of these at least, if there are any.
    var anyOf: [String] = []
    /// None of these.
    var noneOf: [String] = []

    static let command = Company(text: "it goes with a command", noneOf: ["--post"])
    static let keptCommand = Company(
      text: "it goes with a command that is kept running, not with --each", noneOf: ["--each"])
    static let lines = Company(
      text: "it goes with --protocol lines", noneOf: ["--protocol envelope"])

    fileprivate func isBeside(_ given: GivenOptions) -> Bool {
      (anyOf.isEmpty || anyOf.contains(where: given.contains))
        && !noneOf.contains(where: given.contains)
    }
  }

  /// What is wrong with the options given; `nil` where they keep to the rule.
  func complaint(about given: GivenOptions) -> String? {
    switch self {
    case .needs(let options, let company):
      guard let option = options.first(where: given.contains), !company.isBeside(given) else {
        return nil
      }
      return "\(option): \(company.text)"
    case .oneOf(let options, let reason):
      let found = options.filter(given.contains)
      guard found.count > 1, let last = found.last else { return nil }
      return "\(found.dropLast().joined(separator: ", ")) and \(last): \(reason)"
    }
  }
}

extension OptionRule.Company: ExpressibleByStringLiteral {
  /// Another option.
  init(stringLiteral option: String) {
    self.init(text: "it goes with \(option)", anyOf: [option])
  }
}
