import VimapBytes

/// What the parent is told of an exception, so that it can count and sum up failures without
/// reading results.
struct FailureMark: Equatable {
  var kind: RecordException.Kind
  /// Where its message is in the tuple, as a JSON string.
  var message: Range<Int>
  /// Where the last line is of what the command said, as a part of a JSON string; empty where there
  /// is none.
  var exitMessage = 0..<0

  /// The same where the exception stands further on.
  func moved(by offset: Int) -> FailureMark {
    FailureMark(
      kind: kind, message: message.moved(by: offset), exitMessage: exitMessage.moved(by: offset))
  }
}

extension Range<Int> {
  /// As it is where what it is in stands further on; an empty range stays as it is.
  func moved(by offset: Int) -> Range<Int> {
    isEmpty ? self : (lowerBound + offset)..<(upperBound + offset)
  }
}

extension ByteView {
  /// Where the last line is that has something in it, of the text that these bytes are as a JSON
  /// string; of another value, all of it.
  var lastLineOfString: Range<Int> {
    guard count >= 2, self[0] == UInt8(ascii: "\"") else { return 0..<count }
    var found = 0..<0
    var line = 1..<1
    var place = 1
    while place < count - 1 {
      let byte = self[place]
      let escape = byte == UInt8(ascii: "\\") ? self[place + 1] : 0
      place += escape == 0 ? 1 : 2
      if escape == UInt8(ascii: "n") {
        line = place..<place
      } else if byte != 0x20, escape != UInt8(ascii: "r"), escape != UInt8(ascii: "t") {
        if line.isEmpty { line = (place - (escape == 0 ? 1 : 2))..<place }
        line = line.lowerBound..<place
        found = line
      }
    }
    return found
  }
}

/// An exception that is written by the parent.
struct ExceptionTuple {
  var bytes: SharedBytes
  /// `nil` where it is none of a record's kinds.
  var mark: FailureMark?
}

extension RecordException.Kind {
  /// Its number in shared memory, from 1.
  var number: UInt64 { UInt64((Self.numbered.firstIndex(of: self) ?? -1) + 1) }

  init?(number: UInt64) {
    guard (1...UInt64(Self.numbered.count)).contains(number) else { return nil }
    self = Self.numbered[Int(number) - 1]
  }

  private static let numbered = allCases
}
