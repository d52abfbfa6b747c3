import VimapBytes

/// What the parent is told of an exception, so that it can count and sum up failures without
/// reading results.
struct FailureMark: Equatable {
  var kind: RecordException.Kind
  /// Where its message is in the tuple, as a JSON string.
  var message: Range<Int>
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
