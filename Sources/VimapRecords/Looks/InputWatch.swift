import VimapBytes
import VimapKit

/// Looks at lines that are not JSON, until it knows what the input is instead.
struct InputWatch {
  /// Called once, with what was found.
  var onFound: (WrongInput) -> Void = { _ in }
  private var isOver = false
  private var looks = 0
  private var firstRecord: (isArrayOfSeveral: Bool, file: String)?
  /// The inputs that begin with an array which does not end on the first line.
  private var openArrays: Set<String> = []

  /// After so many lines that say nothing, only the first lines of inputs are looked at.
  private static let mostLooks = 100

  /// Lines anywhere in an input are looked at, and not only the first.
  var looksAnywhere: Bool { !isOver && looks < Self.mostLooks }

  /// Looks at a line that is not JSON.
  mutating func look(at line: ByteView, file: String, number: Int) {
    if isOver || (looks >= Self.mostLooks && number > 1) { return }
    looks += 1
    guard var look = TextLook(line, isFirst: number == 1) else { return }
    // The lines may come in any order.
    if look == .partOfObject || look == .commaBehind, openArrays.contains(file) {
      look = .partOfArray
    }
    tell(WrongInput(look: look, file: file))
  }

  /// Notes the first line of an input.
  mutating func note(firstLine line: ByteView, file: String) {
    if !isOver, line.trimmed().firstIndex(of: UInt8(ascii: "[")) == 0,
      TextLook(line, isFirst: true) == .partOfArray
    {
      openArrays.insert(file)
    }
  }

  /// Notes the first record.
  /// - Parameters:
  ///   - record: its beginning.
  ///   - length: its length in bytes.
  mutating func note(first record: ByteView, length: Int, file: String) {
    firstRecord = (record.isArrayOfSeveral(isWhole: length <= record.count), file)
  }

  /// Notes that there are no more records.
  mutating func end(records: Int) {
    guard !isOver, records == 1, let firstRecord, firstRecord.isArrayOfSeveral else { return }
    tell(WrongInput(look: .wholeArray, file: firstRecord.file))
  }

  private mutating func tell(_ found: WrongInput) {
    isOver = true
    onFound(found)
  }
}

/// An input that is not what it should be, and what it looks like.
package struct WrongInput: Sendable, Equatable {
  /// What it looks like.
  package let look: TextLook
  /// The input's name, as in ``InputFile/name``.
  package let file: String
}

extension ByteView {
  /// Whether it is a JSON array of more than one element. If it was cut within the first element,
  /// the answer is yes.
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
