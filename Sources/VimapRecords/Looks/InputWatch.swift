import VimapBytes
import VimapKit

/// Looks at what is wrong with an input, until it has found out.
struct InputWatch {
  /// Told of it, once.
  var onFound: (WrongInput) -> Void = { _ in }
  private var isOver = false
  private var looks = 0
  private var firstRecord: (isArrayOfSeveral: Bool, file: String)?
  /// The inputs that begin with an array which their first line does not end.
  private var openArrays: Set<String> = []

  /// After so many lines that say nothing, only those are looked at that an input begins with.
  private static let patience = 100

  /// A line is not JSON.
  mutating func look(at line: ByteView, file: String, number: Int) {
    if isOver || (looks >= Self.patience && number > 1) { return }
    looks += 1
    guard var look = TextLook(line, isFirst: number == 1) else { return }
    // Lines may be looked at in any order.
    if look == .partOfObject || look == .commaBehind, openArrays.contains(file) {
      look = .partOfArray
    }
    tell(WrongInput(look: look, file: file))
  }

  /// What an input begins with.
  mutating func note(firstLine line: ByteView, file: String) {
    if !isOver, line.trimmed().firstIndex(of: UInt8(ascii: "[")) == 0,
      TextLook(line, isFirst: true) == .partOfArray
    {
      openArrays.insert(file)
    }
  }

  /// What the first record is.
  /// - Parameters:
  ///   - record: how it begins.
  ///   - length: how many bytes it has.
  mutating func note(first record: ByteView, length: Int, file: String) {
    firstRecord = (record.isArrayOfSeveral(isWhole: length <= record.count), file)
  }

  /// There are no more records.
  mutating func end(records: Int) {
    guard !isOver, records == 1, let firstRecord, firstRecord.isArrayOfSeveral else { return }
    tell(WrongInput(look: .wholeArray, file: firstRecord.file))
  }

  private mutating func tell(_ found: WrongInput) {
    isOver = true
    onFound(found)
  }
}

/// An input that is not what it should be, and what it looks like instead.
package struct WrongInput: Sendable, Equatable {
  /// What it looks like.
  package let look: TextLook
  /// The input's name, as in ``InputFile/name``.
  package let file: String
}

extension ByteView {
  /// Whether it is JSON's array of more than one element. Of one that was cut within its first,
  /// that is taken for granted.
  fileprivate func isArrayOfSeveral(isWhole: Bool) -> Bool {
    let text = trimmed()
    guard text.count > 1, text[0] == UInt8(ascii: "[") else { return false }
    var depth = 0
    var isQuoted = false
    var isEscaped = false
    for place in 0..<text.count {
      let byte = text[place]
      if isEscaped {
        isEscaped = false
      } else if isQuoted, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          depth -= 1
          if depth == 0 { return false }
        case UInt8(ascii: ",") where depth == 1: return true
        default: break
        }
      }
    }
    return !isWhole
  }
}
