/// A list whose elements are moved in at its end and moved out at any place, each once.
///
/// An array would count an owner more, and later one less, of every element. Like a
/// ``ByteBuffer``, it keeps its memory when it is emptied.
public final class Slots<Element> {
  // Unchecked: nothing is called while they are accessed.
  @exclusivity(unchecked) @usableFromInline var start: UnsafeMutablePointer<Element?>
  @exclusivity(unchecked) @usableFromInline var capacity = 0
  @exclusivity(unchecked) @usableFromInline var count = 0
  /// Elements that have not been moved out.
  @usableFromInline let left: UnsafeMutablePointer<Int>

  @inlinable
  public init() {
    start = .allocate(capacity: 0)
    left = .allocate(capacity: 1)
    left.initialize(to: 0)
  }

  @inlinable
  deinit {
    removeAll()
    start.deallocate()
    left.deallocate()
  }

  /// Makes room for so many elements.
  @inlinable
  public func reserve(_ wanted: Int) {
    if wanted <= capacity { return }
    let larger = UnsafeMutablePointer<Element?>.allocate(capacity: wanted)
    larger.moveInitialize(from: start, count: count)
    start.deallocate()
    start = larger
    capacity = wanted
  }

  @inlinable
  public func append(_ element: consuming Element) {
    if count == capacity { reserve(max(16, 2 * capacity)) }
    (start + count).initialize(to: consume element)
    count += 1
    left.pointee += 1
  }

  /// Moves the last element out.
  @inlinable
  public func removeLast() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    let element = (start + count).move()
    if element != nil { left.pointee -= 1 }
    return element
  }

  @inlinable
  public func removeAll() {
    // Mostly all have been moved out, and what is left in their places needs no end.
    if left.pointee > 0 { start.deinitialize(count: count) }
    left.pointee = 0
    count = 0
  }

  /// The list for moving elements out; valid as long as it lives and is given no more.
  @inlinable
  public var lent: LentSlots<Element> { LentSlots(start: start, count: count, left: left) }
}

/// ``Slots`` that are lent, as cheap to keep as three words.
@frozen
public struct LentSlots<Element> {
  @usableFromInline let start: UnsafeMutablePointer<Element?>
  @usableFromInline let count: Int
  @usableFromInline let left: UnsafeMutablePointer<Int>

  @inlinable
  init(start: UnsafeMutablePointer<Element?>, count: Int, left: UnsafeMutablePointer<Int>) {
    self.start = start
    self.count = count
    self.left = left
  }

  /// Moves an element out; `nil` where there is none, or none any more.
  @inlinable
  public func take(_ index: Int) -> Element? {
    guard index >= 0, index < count else { return nil }
    let element = (start + index).move()
    (start + index).initialize(to: nil)
    if element != nil { left.pointee -= 1 }
    return element
  }
}
