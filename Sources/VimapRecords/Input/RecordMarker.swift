import VimapBytes
import VimapKit

/// Says which records may be in one batch: those that are marked alike.
final class RecordMarker {
  struct Mark: Equatable {
    /// Where records are looked into, the shard that the record belongs to, and what it costs.
    var place: RecordLookup.Place?
    /// Where it is counted, how many times the record has been before.
    var occurrence: Int32 = 0

    /// The record cannot be handed out, as it lacks what was looked for.
    var isHomeless: Bool { place.map { !$0.isFound } ?? false }

    /// The number of the shard.
    var shard: Int? { place?.shard }

    var cost: Double { place?.cost ?? 0 }
  }

  private let lookup: RecordLookup?
  private let counter: OccurrenceCounter?

  /// `nil` where all records are alike.
  init?(_ lookup: RecordLookup?, _ counter: OccurrenceCounter?) {
    if lookup == nil, counter == nil { return nil }
    self.lookup = lookup
    self.counter = counter
  }

  /// No two records may be in one batch.
  var separatesRecords: Bool { lookup?.separatesRecords ?? false }

  /// The mark of a record, given its line; asked for once for each.
  func mark(_ line: ByteView) -> Mark {
    Mark(place: lookup?.place(of: line), occurrence: counter?.count(line) ?? 0)
  }
}
