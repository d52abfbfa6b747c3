/// Puts results into the order of the input.
///
/// Batches are numbered in input order without gaps. Results that come before their turn are held.
/// Their amount is limited by what may be in flight.
struct ReorderBuffer<Piece> {
  private struct Held {
    var records: Range<Int>
    var piece: Piece
  }

  /// The batch whose results are next.
  private(set) var head: UInt64
  private var nextRecord = 0
  private var sizes: [UInt64: Int] = [:]
  private var held: [UInt64: [Held]] = [:]

  init(first: UInt64) {
    head = first
  }

  /// The record whose result is next, if that record has been read.
  var awaited: (batch: UInt64, record: Int)? { sizes[head].map { _ in (head, nextRecord) } }

  /// Whether no result waits for its turn.
  var isEmpty: Bool { sizes.isEmpty }

  /// Notes that a batch has been cut.
  mutating func expect(batch: UInt64, records: Int) {
    sizes[batch] = records
  }

  /// Takes in results. `emit` is given every piece whose turn it is now, and `finished` every batch
  /// whose results have all been emitted.
  mutating func add(
    batch: UInt64, records: Range<Int>, _ piece: Piece,
    emit: (Piece) -> Void, finished: (UInt64) -> Void
  ) {
    guard batch == head, records.lowerBound == nextRecord else {
      held[batch, default: []].append(Held(records: records, piece: piece))
      return
    }
    emit(piece)
    nextRecord = records.upperBound
    advance(emit, finished)
  }

  private mutating func advance(_ emit: (Piece) -> Void, _ finished: (UInt64) -> Void) {
    while let size = sizes[head] {
      if nextRecord == size {
        sizes[head] = nil
        held[head] = nil
        finished(head)
        head += 1
        nextRecord = 0
        held[head]?.sort { $0.records.lowerBound > $1.records.lowerBound }
        continue
      }
      guard let place = held[head]?.lastIndex(where: { $0.records.lowerBound == nextRecord }),
        let next = held[head]?.remove(at: place)
      else { return }
      emit(next.piece)
      nextRecord = next.records.upperBound
    }
  }

  /// Takes out everything that waits for its turn.
  mutating func takeHeld() -> [Piece] {
    defer { held.removeAll() }
    return held.values.joined().map(\.piece)
  }

  /// Takes out what waits for its turn and answers some of a batch's records.
  mutating func takeHeld(
    _ batch: UInt64, _ records: Range<Int>, where isWanted: (Piece) -> Bool
  ) -> [Piece] {
    var taken: [Piece] = []
    held[batch]?.removeAll { entry in
      guard entry.records.overlaps(records), isWanted(entry.piece) else { return false }
      taken.append(entry.piece)
      return true
    }
    return taken
  }

  /// Calls `change` for every held piece, and replaces the piece if it returns another.
  mutating func replaceHeld(_ change: (Piece) -> Piece?) {
    for (batch, pieces) in held {
      for (index, entry) in pieces.enumerated() {
        if let other = change(entry.piece) { held[batch]?[index].piece = other }
      }
    }
  }
}
