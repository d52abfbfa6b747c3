import VimapBytes
import VimapKit

/// Marks records. Only records with equal marks may be in the same batch.
final class RecordMarker {
  struct Mark: Equatable {
    /// The shard and the cost of the record, if records are looked up.
    var place: RecordLookup.Place?
    /// How many times the record was in the input before, if that is counted.
    var occurrence: Int32 = 0

    /// Whether the record cannot be handed out, since it lacks a value that is needed.
    var isHomeless: Bool { place.map { !$0.isFound } ?? false }

    /// The number of the shard.
    var shard: Int? { place?.shard }

    var cost: Double { place?.cost ?? 0 }
  }

  private let lookup: RecordLookup?
  private let counter: OccurrenceCounter?

  /// `nil` if all records are alike.
  init?(_ lookup: RecordLookup?, _ counter: OccurrenceCounter?) {
    if lookup == nil, counter == nil { return nil }
    self.lookup = lookup
    self.counter = counter
  }

  /// Whether each batch may only have a single record.
  var separatesRecords: Bool { lookup?.separatesRecords ?? false }

  /// The mark of a record, given its line. Must be called once for each record.
  func mark(_ line: ByteView) -> Mark {
    Mark(place: lookup?.place(of: line), occurrence: counter?.count(line) ?? 0)
  }
}
