import VimapBytes

/// Looks at what is wrong with an input, until it has found out.
struct InputWatch {
  /// Told of it, once.
  var onFound: (WrongInput) -> Void = { _ in }
  private var isOver = false
  private var looks = 0
  private var firstRecord: (isLongArray: Bool, file: String)?
  /// The inputs that begin with an array which their first line does not end.
  private var openArrays: Set<String> = []

  /// After so many lines that say nothing, only those are looked at that an input begins with.
  private static let patience = 100
  /// An array of objects is long where it is as long as this in bytes, and any other as that.
  private static let longObjects = 256
  private static let longOthers = 1024

  /// A line is not JSON.
  mutating func look(at line: ByteView, file: String, number: Int) {
    if isOver || (looks >= Self.patience && number > 1) { return }
    looks += 1
    guard var look = TextLook(line, isFirst: number == 1) else { return }
    // Lines may be looked at in any order.
    if look == .partOfObject, openArrays.contains(file) { look = .partOfArray }
    tell(WrongInput(look: look, file: file))
  }

  /// What an input begins with.
  mutating func note(firstLine line: ByteView, file: String) {
    if !isOver, line.trimmed().firstIndex(of: UInt8(ascii: "[")) == 0,
      TextLook(line) == .partOfArray
    {
      openArrays.insert(file)
    }
  }

  /// What the first record is.
  mutating func note(first record: ByteView, length: Int, file: String) {
    let start = record.trimmed()
    guard start.count > 1, start[0] == UInt8(ascii: "[") else { return }
    let hasObjects = start.slice(1).trimmed().firstIndex(of: UInt8(ascii: "{")) == 0
    firstRecord = (length >= (hasObjects ? Self.longObjects : Self.longOthers), file)
  }

  /// There are no more records.
  mutating func end(records: Int) {
    guard !isOver, records == 1, let firstRecord, firstRecord.isLongArray else { return }
    tell(WrongInput(look: .wholeArray, file: firstRecord.file))
  }

  private mutating func tell(_ found: WrongInput) {
    isOver = true
    onFound(found)
  }
}

/// An input that is not what it should be, and what it looks like instead.
public struct WrongInput: Sendable, Equatable {
  /// What it looks like.
  public let look: TextLook
  /// The input's name, as in ``InputFile/name``.
  public let file: String
}
