import VimapSystem

/// What a pool has measured in a run.
package struct PoolMeasurements {
  /// What the workers of one slot did, one after the other.
  package struct Slot {
    /// How many workers there were.
    package let forks: Int
    /// The most memory in bytes that one of their processes used, as far as that is known.
    package let peakMemory: Int?
    /// The number of records that they answered.
    package let records: Int
    /// How long they were working on records.
    package let busy: Nanoseconds
    /// How long their tries took.
    package let table: ServiceTable?
  }

  package let tries: TryTally
  /// The time from the making of the pool to the end of its run.
  package let elapsed: Nanoseconds
  /// How long the pool waited, by reason.
  package let waits: [WaitReason: Nanoseconds]
  package let slots: [Slot]
}
