import VimapSystem

/// What a pool has measured of a run.
package struct PoolMeasurements {
  /// What the workers of one slot did, one after the other.
  package struct Slot {
    /// How many there were.
    package let forks: Int
    /// The most memory in bytes that one of their processes has had, as far as that is known.
    package let peakMemory: Int?
    /// Records that they answered.
    package let records: Int
    /// How long they were at records.
    package let busy: Nanoseconds
    /// How long their tries took.
    package let table: ServiceTable?
  }

  package let tries: TryTally
  /// Time since the pool was made, up to the end of its run.
  package let elapsed: Nanoseconds
  /// How long was waited for what.
  package let waits: [WaitReason: Nanoseconds]
  package let slots: [Slot]
}
