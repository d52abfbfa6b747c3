/// Results of a pool, for a `for` loop as well as for a `for try await` loop.
///
/// Of the methods that `Sequence` and `AsyncSequence` have both, such as `map`, these sequences
/// have those of `Sequence`: they wait for the results in the caller's thread.
public protocol PoolResults: Sequence, AsyncSequence {}

// Without these, the compiler would not know which of the two is meant.
extension PoolResults {
  /// What `transform` makes of each result.
  public func map<Other>(_ transform: (Element) throws -> Other) rethrows -> [Other] {
    var others: [Other] = []
    for result in self { others.append(try transform(result)) }
    return others
  }

  /// What `transform` makes of each result, where that is not `nil`.
  public func compactMap<Other>(_ transform: (Element) throws -> Other?) rethrows -> [Other] {
    var others: [Other] = []
    for result in self {
      if let other = try transform(result) { others.append(other) }
    }
    return others
  }

  /// All that `transform` makes of each result, in one list.
  public func flatMap<Others: Sequence>(
    _ transform: (Element) throws -> Others
  ) rethrows -> [Others.Element] {
    var others: [Others.Element] = []
    for result in self { others.append(contentsOf: try transform(result)) }
    return others
  }

  /// The results that `isIncluded` says yes to.
  public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> [Element] {
    var results: [Element] = []
    for result in self where try isIncluded(result) { results.append(result) }
    return results
  }

  /// The first results, at most `count`; the rest are not asked for.
  public func prefix(_ count: Int) -> [Element] {
    var results: [Element] = []
    if count < 1 { return results }
    for result in self {
      results.append(result)
      if results.count == count { break }
    }
    return results
  }
}
