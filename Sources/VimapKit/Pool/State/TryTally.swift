/// How many tries there have been.
package struct TryTally: Equatable {
  package private(set) var all = 0
  /// The tries that were not the first of their record.
  package private(set) var again = 0

  /// - Parameter attempt: which try of these records it was, from 1.
  mutating func add(_ count: Int, attempt: Int) {
    all += count
    if attempt > 1 { again += count }
  }
}
