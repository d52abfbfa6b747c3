import VimapBytes
import VimapSystem

/// The slabs that input is read into: a fixed number, each counted by its users.
///
/// That there is no free slab is what stops the reading; it is all the flow control there is.
package final class InputSlabs {
  package let memory: SharedMemory
  package let size: Int
  private var users: [Int]
  /// The last one given back is the first to be used again, while it is still in the cache.
  private var free: [Int]
  /// Files made for records that are longer than a slab, and not given back.
  private var filesInUse = 0

  /// Descriptors that such files leave to inputs, and to results on their way.
  private static let spareDescriptors = 3

  package init(count: Int, size: Int) throws(SystemError) {
    memory = try SharedMemory(count: count * size)
    self.size = size
    users = Array(repeating: 0, count: count)
    free = Array((0..<count).reversed())
  }

  /// Where a slab begins in the memory.
  package func start(of slab: Int) -> Int { slab * size }

  /// A slab with one user, if one is free.
  package func take() -> Int? {
    guard let slab = free.popLast() else { return nil }
    users[slab] = 1
    return slab
  }

  /// A file for a record that is longer than a slab; `nil` where none can be had before another is
  /// given back.
  package func takeFile() throws(SystemError) -> MemoryFile? {
    do throws(SystemError) {
      let file = try MemoryFile(leaving: filesInUse == 0 ? 0 : Self.spareDescriptors)
      filesInUse += 1
      return file
    } catch {
      if filesInUse > 0 { return nil }
      throw error
    }
  }

  package func letGoFile() { filesInUse -= 1 }

  /// Gives back what the records of a batch are in.
  package func letGo(_ batch: InputBatch) {
    if batch.file == nil { letGo(Int(batch.slab)) } else { letGoFile() }
  }

  package func hold(_ slab: Int) {
    users[slab] += 1
  }

  package func letGo(_ slab: Int) {
    users[slab] -= 1
    if users[slab] == 0 { free.append(slab) }
  }

  /// Whether nobody but the one who asks uses the slab.
  package func hasOneUser(_ slab: Int) -> Bool { users[slab] == 1 }
}
