/// What is to be done without an engine's lock, since it may use the pool: the program is told what
/// has happened, and values of its own are let go of.
struct Aftermath {
  private var notices: [PoolNotice] = []
  private var leftovers: [AnyObject] = []

  mutating func tell(_ notice: PoolNotice) { notices.append(notice) }

  /// Keeps something until the lock is open.
  mutating func letGo(_ leftover: AnyObject?) { if let leftover { leftovers.append(leftover) } }

  /// Hands over what there is.
  mutating func take() -> Aftermath {
    if notices.isEmpty, leftovers.isEmpty { return self }
    defer { self = Aftermath() }
    return self
  }

  /// Tells of what has happened. What was kept goes with this.
  func carryOut(_ options: PoolOptions) { for notice in notices { options.onNotice(notice) } }
}
