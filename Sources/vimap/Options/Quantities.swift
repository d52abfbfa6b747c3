import ArgumentParser
import VimapBytes
import VimapKit
import VimapRecords
import VimapSystem

/// A number of bytes: `4096`, `64K`, `16M`, `1G`; the letters are powers of 1024.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    var digits = Substring(argument.uppercased())
    if digits.hasSuffix("IB") {
      digits.removeLast(2)
    } else if digits.hasSuffix("B") {
      digits.removeLast()
    }
    var unit = 1
    if let last = digits.last, let factor = units[last] {
      unit = factor
      digits.removeLast()
    }
    guard let number = Int(digits), number > 0 else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    if overflow { return nil }
    self.bytes = bytes
  }

  /// The most that a record, and an answer, may have: what is made of them stays below 4 GiB, also
  /// where each byte is escaped.
  static let longestText = ByteCount(bytes: 256 << 20)

  /// The number, where it is no more than a record and an answer may have.
  /// - Parameter option: what it was given to.
  func checkedLength(for option: String) throws -> Int {
    guard bytes <= Self.longestText.bytes else {
      throw Refusal(.usage, "\(option) \(self): at most \(Self.longestText)")
    }
    return bytes
  }

  var description: String {
    for (letter, unit) in [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)]
    where bytes % unit == 0 {
      return "\(bytes / unit)\(letter)"
    }
    return "\(bytes)"
  }
}

/// A number of workers: `8`, or what is reckoned from the processors: `50%`, `+1`, `-1`.
struct JobCount: ExpressibleByArgument, CustomStringConvertible {
  private enum Form {
    case number, percent, more, fewer
  }

  /// As it was typed.
  let description: String
  /// `nil` where it was none of the forms.
  private let typed: (form: Form, number: Int)?

  init(argument: String) {
    description = argument
    var digits = Substring(argument)
    var form = Form.number
    if digits.hasSuffix("%") {
      form = .percent
      digits.removeLast()
    } else if let sign = digits.first, sign == "+" || sign == "-" {
      form = sign == "+" ? .more : .fewer
      digits.removeFirst()
    }
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    typed = isNumber ? Int(digits).map { (form, $0) } : nil
  }

  /// Workers on so many processors, of those reckoned at least one; `nil` for what is no number of
  /// workers.
  func workers(onProcessors processors: Int) -> Int? {
    guard let (form, number) = typed, number <= 1_000_000 else { return nil }
    let count =
      switch form {
      case .number: number
      case .percent: number == 0 ? 0 : max(1, processors * number / 100)
      case .more: processors + number
      case .fewer: max(1, processors - number)
      }
    return (1...10_000).contains(count) ? count : nil
  }
}

/// How many requests are in flight: a number, or `auto`.
enum ConcurrencyCount: ExpressibleByArgument, Equatable {
  case number(Int)
  case auto

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Int(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// Where nothing else is given.
  static let usual = number(8)

  /// The number; `nil` for auto.
  func checkedNumber() throws -> Int? {
    guard case .number(let number) = self else { return nil }
    guard (1...100_000).contains(number) else {
      throw Refusal(.usage, "--concurrency \(number): give a number from 1 to 100000")
    }
    return number
  }
}

/// A length of time: `500ms`, `30s`, `5m`, `2h`; a bare number is in seconds.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  let seconds: Double

  init(seconds: Double) {
    self.seconds = seconds
  }

  init?(argument: String) {
    let units: [(suffix: String, factor: Double)] = [
      ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1),
    ]
    for (suffix, factor) in units where argument.hasSuffix(suffix) {
      guard let number = Double(argument.dropLast(suffix.count)), number > 0, number.isFinite,
        number * factor <= 1e9
      else { return nil }
      seconds = number * factor
      return
    }
    return nil
  }

  var description: String {
    seconds == seconds.rounded()
      ? "\(Int(saturating: seconds))s" : "\(Int(saturating: seconds * 1e3))ms"
  }
}

/// So much in a length of time: `500/s`, `10/m`, `0.5/h`. Without the unit it is none: nobody could
/// say which was meant.
struct RateText: ExpressibleByArgument {
  /// As it was typed.
  let text: String
  /// `nil` where it was no such thing.
  let limit: FlowLimit?

  init(argument: String) {
    text = argument
    let units: [(suffix: String, seconds: Double)] = [("/s", 1), ("/m", 60), ("/h", 3600)]
    limit =
      units.lazy.compactMap { unit -> FlowLimit? in
        guard argument.hasSuffix(unit.suffix),
          let amount = Double(argument.dropLast(unit.suffix.count)), amount.isFinite, amount > 0,
          (1e-6...1e9).contains(amount / unit.seconds)
        else { return nil }
        return FlowLimit(amount, in: .seconds(unit.seconds))
      }.first
  }
}

/// A bound argument, `NAME=VALUE`. The name can be that of an environment variable.
struct InitArgument: ExpressibleByArgument {
  let name: String
  let value: String

  init?(argument: String) {
    // Not by characters: a mark behind the = would be one with it.
    let text = argument.unicodeScalars
    guard let equals = text.firstIndex(of: "=") else { return nil }
    name = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
    guard let first = name.first, first.isASCII, first.isLetter || first == "_",
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else { return nil }
  }
}
