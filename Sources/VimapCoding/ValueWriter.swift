import VimapBytes

/// The `Encoder` that values are given: one object for all values of a tree, which writes them one
/// behind the other into one buffer. What is open at the moment is its ``Level``.
final class ValueWriter: Encoder {
  /// What is being written: one call of a value's `encode(to:)`.
  struct Level {
    enum Kind {
      case untouched, keyed, unkeyed, single
      /// An unkeyed container that was given all of its elements at one go, as bytes.
      case bytes
    }

    /// By which a container knows whether it is still its turn.
    let identity: Int
    let start: Int
    /// The first of its children in the writer's list.
    let firstChild: Int
    var kind = Kind.untouched
    var count = 0

    /// What is open when nothing is: it takes no value.
    static let closed = Level(identity: 0, start: 0, firstChild: 0, kind: .single)
  }

  /// A nested container, or what `superEncoder` gave out. It may be written to at any time until
  /// its parent is complete, so it has a writer of its own, whose bytes then take the place that
  /// was kept for it: a `none` at `place`.
  private struct Child {
    let place: Int
    var writer: ValueWriter
  }

  /// What a container that must not be written to has for an identity.
  private static let refused = -1

  // Checking at run time that these two are not accessed twice at once took a quarter of the time,
  // and no access to them calls anything that could come back here.
  @exclusivity(unchecked) var buffer = ByteBuffer(capacity: 64)
  @exclusivity(unchecked) var level = Level.closed
  private var lastIdentity = 0
  private var depth = 0
  private var root = 0
  private var children: [Child] = []
  /// Children that have been spliced in and that nobody else holds, for the next ones.
  private var spares: [ValueWriter] = []
  /// What this one is a child of, until it is spliced in or given up.
  private var parent: ValueWriter?

  var userInfo: [CodingUserInfoKey: Any] { [:] }

  var codingPath: [any CodingKey] {
    let own = buffer.view.codingPath(to: max(level.start, root), from: root)
    guard let parent, let child = parent.children.first(where: { $0.writer === self }) else {
      return own
    }
    return parent.buffer.view.codingPath(to: child.place, from: parent.root) + own
  }

  // MARK: Values

  func writeRoot<T: Encodable>(_ value: T) throws {
    root = buffer.count
    try write(value, entry: root)
  }

  /// Writes a value of any type. Where that fails the buffer is cut back to `entry`.
  ///
  /// The commonest types are not asked to write themselves, when a collection or an optional brings
  /// them here; that takes several times as long.
  func write<T: Encodable>(_ value: T, entry: Int) throws {
    if let number = sameType(value, as: Int.self) { return buffer.append(integer: number) }
    if let number = sameType(value, as: Double.self) { return buffer.append(double: number) }
    if let text = sameType(value, as: String.self) { return buffer.append(taggedText: text) }
    if let bytes = sameType(value, as: [UInt8].self) { return buffer.append(bytes: bytes) }
    let outer = level
    openLevel()
    do {
      guard depth <= Format.depthLimit else { throw refusal(of: value) }
      try value.encode(to: self)
      try close()
    } catch {
      discardChildren()
      buffer.truncate(to: entry)
      level = outer
      depth -= 1
      throw error
    }
    level = outer
    depth -= 1
  }

  /// Whether the container with this identity is the one that may be written to.
  @inline(__always)
  func isOpen(_ identity: Int) -> Bool { level.identity == identity }

  @inline(never)
  func refusal(of value: Any) -> EncodingError {
    let reason =
      depth > Format.depthLimit
      ? "Values are nested deeper than \(Format.depthLimit)."
      : "The container is complete, or not the one that is open."
    return .invalidValue(value, .init(codingPath: codingPath, debugDescription: reason))
  }

  // MARK: Levels

  private func openLevel() {
    depth += 1
    lastIdentity += 1
    level = Level(identity: lastIdentity, start: buffer.count, firstChild: children.count)
  }

  /// Makes the open level a container of this kind. Asking twice gives the same one, which is how
  /// a class and its superclass share theirs.
  func openContainer(_ kind: Level.Kind) -> Int {
    if level.kind == .bytes, kind == .unkeyed { becomeElements() }
    if level.kind == .untouched {
      level.kind = kind
      buffer.append((kind == .keyed ? Tag.keyed : .unkeyed).rawValue)
      buffer.append(native: Format.open)
      if kind == .unkeyed { buffer.append(native: UInt32(0)) }
    }
    return level.kind == kind ? level.identity : ValueWriter.refused
  }

  /// Completes the open level. A value that wrote nothing is an empty keyed container.
  private func close() throws {
    if level.kind == .single || level.kind == .bytes { return }
    if level.kind == .untouched { _ = openContainer(.keyed) }
    if children.count > level.firstChild { try splice() }
    let content = level.start + Format.header
    let length = buffer.count - content
    guard length < Int(Format.open) else {
      throw EncodingError.invalidValue(
        length, .init(codingPath: codingPath, debugDescription: "A container is too large."))
    }
    buffer.overwrite(UInt32(length), at: level.start + 1)
    if level.kind == .unkeyed {
      buffer.overwrite(UInt32(clamping: level.count), at: content)
    }
  }

  // MARK: Bytes

  /// Makes the open level, an unkeyed container without elements, a stretch of bytes.
  func becomeBytes(_ bytes: UnsafeBufferPointer<UInt8>) {
    buffer.truncate(to: level.start)
    buffer.append(Tag.bytes.rawValue)
    buffer.append(stretch: ByteView(UnsafeRawBufferPointer(bytes)))
    level.kind = .bytes
    level.count = bytes.count
  }

  /// Makes it a container again, to which something else is added.
  func becomeElements() {
    guard level.kind == .bytes, let stretch = buffer.view.stretch(at: level.start + 1) else {
      return
    }
    let bytes = buffer.view.slice(stretch.lowerBound, stretch.count)
      .withUnsafeBytes { [UInt8]($0) }
    buffer.truncate(to: level.start)
    level.kind = .untouched
    _ = openContainer(.unkeyed)
    for byte in bytes { buffer.append(integer: byte) }
  }

  // MARK: Children

  /// A writer for a value that belongs here and will be written at some time.
  func child() -> ValueWriter {
    let child = spares.popLast() ?? ValueWriter()
    child.buffer.removeAll()
    child.parent = self
    child.depth = depth
    child.openLevel()
    if child.depth > Format.depthLimit { child.level = .closed }
    children.append(Child(place: buffer.count, writer: child))
    buffer.append(Tag.none.rawValue)
    return child
  }

  /// A writer for what has no place, which refuses all values.
  static func refusing() -> ValueWriter { ValueWriter() }

  /// Puts the children of the open level where they belong.
  private func splice() throws {
    let pending = children[level.firstChild...]
    let first = pending.first?.place ?? buffer.count
    var tail = ByteBuffer(capacity: buffer.count - first)
    tail.append(buffer.view.slice(first))
    buffer.truncate(to: first)
    var taken = 0
    for child in pending {
      let place = child.place - first
      buffer.append(tail.view.slice(taken, place - taken))
      try child.writer.finish()
      buffer.append(child.writer.buffer.view)
      taken = place + 1
    }
    buffer.append(tail.view.slice(taken))
    while children.count > level.firstChild {
      var writer = children.removeLast().writer
      if isKnownUniquelyReferenced(&writer) { spares.append(writer) }
    }
  }

  private func finish() throws {
    try close()
    abandon()
  }

  private func discardChildren() {
    for child in children[level.firstChild...] { child.writer.abandon() }
    children.removeSubrange(level.firstChild...)
  }

  /// Takes no more values, whoever still holds on to this.
  private func abandon() {
    level = .closed
    discardChildren()
    parent = nil
  }
}
