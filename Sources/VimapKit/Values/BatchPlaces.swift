import VimapBytes
import VimapSystem

/// The slabs that batches of lanes are put into.
struct BatchPlaces {
  private let slabs: InputSlabs
  private var slab: Int?
  private var filled = 0

  /// Ahead of each batch is a word that says whether it is still wanted.
  static let headSize = 8

  init(_ slabs: InputSlabs) { self.slabs = slabs }

  /// Most bytes of a batch that has more than one input.
  var room: Int { slabs.size - Self.headSize }

  /// Puts a batch where a worker finds it; `nil` where there is no room for now.
  mutating func place(
    _ bytes: ByteView, records: Int, index: Int, _ kept: KeptInputs
  ) throws(SystemError) -> InputBatch? {
    let place = InputPlace(index: index, line: 0, file: 0)
    if bytes.count > room {
      guard let file = try slabs.takeFile() else { return nil }
      do throws(SystemError) {
        try file.append(bytes)
      } catch {
        slabs.letGoFile()
        throw error
      }
      return InputBatch(file: file, length: bytes.count, place: place, inputs: kept)
    }
    guard let slab = slab(with: Self.headSize + bytes.count) else { return nil }
    let start = slabs.start(of: slab) + filled
    slabs.memory.storeWord(0, at: start)
    slabs.memory.copy(bytes, to: start + Self.headSize)
    // Heads are whole words.
    filled += (Self.headSize + bytes.count + 7) & ~7
    slabs.hold(slab)
    return InputBatch(
      slab: slab, offset: start + Self.headSize, length: bytes.count, records: records,
      place: place, inputs: kept)
  }

  /// Says that a batch is not wanted any more, where somebody may look.
  func drop(_ batch: InputBatch) {
    if batch.file == nil, !batch.isLetGo {
      slabs.memory.storeWord(1, at: batch.offset - Self.headSize)
    }
  }

  private mutating func slab(with size: Int) -> Int? {
    if let slab {
      if slabs.hasOneUser(slab) { filled = 0 }
      if filled + size <= slabs.size { return slab }
    }
    guard let next = slabs.take() else { return nil }
    if let slab { slabs.letGo(slab) }
    slab = next
    filled = 0
    return next
  }
}
