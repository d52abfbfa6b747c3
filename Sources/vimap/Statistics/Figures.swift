import VimapBytes
import VimapSystem

/// Numbers in the form in which users read them, with three digits.
struct Figures {
  /// Whether to write only ASCII: for terminals that are dumb, not in UTF-8, or set to show nothing
  /// special.
  var isPlain: Bool

  init(isPlain: Bool) {
    self.isPlain = isPlain
  }

  /// - Parameter environment: entries of the form `NAME=VALUE`.
  init(environment: [String]) {
    func value(_ name: String) -> String? {
      environmentValue(of: name, in: environment).flatMap { $0.isEmpty ? nil : $0 }
    }
    // The first of these that is set counts (setlocale(3)).
    let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
    let isUTF8 = locale.contains("utf-8") || locale.contains("utf8")
    isPlain = !isUTF8 || value("TERM") == "dumb" || value("NO_COLOR") != nil
  }

  func time(_ duration: Duration) -> String {
    let seconds = duration.inSeconds
    switch seconds {
    case ..<0.000_000_999_5: return "\(Int(saturating: (seconds * 1e9).rounded())) ns"
    case ..<0.000_999_5: return Self.short(seconds * 1e6) + (isPlain ? " us" : " µs")
    case ..<0.999_5: return Self.short(seconds * 1e3) + " ms"
    case ..<99.95: return Self.short(seconds) + " s"
    case ..<3599.5:
      let whole = Int(saturating: seconds.rounded())
      return "\(whole / 60)m \(Self.twoDigits(whole % 60))s"
    default:
      let minutes = Int(saturating: (seconds / 60).rounded())
      return "\(minutes / 60)h \(Self.twoDigits(minutes % 60))m"
    }
  }

  /// A time that is a whole number of its unit.
  func roundTime(_ duration: Duration) -> String {
    var amount = Int(saturating: (duration.inSeconds * 1e9).rounded())
    var units = ["ns", isPlain ? "us" : "µs", "ms", "s"][...]
    while amount >= 1000, units.count > 1 {
      amount /= 1000
      units.removeFirst()
    }
    return "\(amount) \(units.first ?? "")"
  }

  func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    var amount = Double(count) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB"][...]
    while amount >= 999.5, units.count > 1 {
      amount /= 1024
      units.removeFirst()
    }
    return "\(Self.short(amount)) \(units.first ?? "")"
  }

  /// With a comma before every three digits.
  func count(_ number: Int) -> String {
    var groups: [String] = []
    var rest = number
    while rest >= 1000 {
      let group = String(rest % 1000)
      groups.append(String(repeating: "0", count: 3 - group.count) + group)
      rest /= 1000
    }
    groups.append(String(rest))
    return groups.reversed().joined(separator: ",")
  }

  func rate(_ perSecond: Double) -> String {
    perSecond < 99.95 ? Self.short(perSecond) : count(Int(saturating: perSecond.rounded()))
  }

  func percent(_ share: Double) -> String { "\(Int(saturating: (100 * share).rounded()))%" }

  /// Three digits: 1.23, 12.3, 123.
  static func short(_ number: Double) -> String {
    if number >= 99.95 { return String(Int(saturating: number.rounded())) }
    if number >= 9.995 {
      let tenths = Int(saturating: (number * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
    let hundredths = Int(saturating: (number * 100).rounded())
    return "\(hundredths / 100).\(twoDigits(hundredths % 100))"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }

  /// The part of this duration that another one is; 0 if this one is zero.
  func share(_ part: Duration) -> Double { self > .zero ? part / self : 0 }
}

extension String {
  /// The text with spaces before it, so that it has this width.
  func right(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }

  /// The text with spaces after it, so that it has this width.
  func left(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
