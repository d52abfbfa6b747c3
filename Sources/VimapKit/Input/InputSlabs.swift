import VimapBytes
import VimapSystem

/// The slabs that input is read into. Their number is fixed, and each has a count of its users.
///
/// While no slab is free, nothing is read. So the memory for input can't grow. Within it, the
/// window and the number of records limit what is in flight (``Admission``).
package final class InputSlabs {
  package let memory: SharedMemory
  package let size: Int
  private var users: [Int]
  /// The slab released last is used first, while it is still in the processor's cache.
  private var free: [Int]
  /// The number of files in use for records that are longer than a slab.
  private var filesInUse = 0

  /// Descriptors that these files must leave free, for inputs and for results on their way.
  private static let spareDescriptors = 3

  package init(count: Int, size: Int) throws(SystemError) {
    memory = try SharedMemory(count: count * size)
    self.size = size
    users = Array(repeating: 0, count: count)
    free = Array((0..<count).reversed())
  }

  /// Where a slab begins in the memory.
  package func start(of slab: Int) -> Int { slab * size }

  /// Takes a slab and counts one user, if a slab is free.
  package func take() -> Int? {
    guard let slab = free.popLast() else { return nil }
    users[slab] = 1
    return slab
  }

  /// A file for a record that is longer than a slab. `nil` if there can be none before another one
  /// is released.
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

  /// Releases the place of a batch's records.
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

  /// Whether the slab has no users besides the caller.
  package func hasOneUser(_ slab: Int) -> Bool { users[slab] == 1 }
}
