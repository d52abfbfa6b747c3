import VimapBytes
import VimapSystem

/// The slabs that input is read into: a fixed number, each counted by its users.
///
/// That there is no free slab is what stops the reading; it is all the flow control there is.
final class InputSlabs {
  let memory: SharedMemory
  let size: Int
  private var users: [Int]
  /// The last one given back is the first to be used again, while it is still in the cache.
  private var free: [Int]

  init(count: Int, size: Int) throws(SystemError) {
    memory = try SharedMemory(count: count * size)
    self.size = size
    users = Array(repeating: 0, count: count)
    free = Array((0..<count).reversed())
  }

  /// Where a slab begins in the memory.
  func start(of slab: Int) -> Int { slab * size }

  /// A slab with one user, if one is free.
  func take() -> Int? {
    guard let slab = free.popLast() else { return nil }
    users[slab] = 1
    return slab
  }

  func hold(_ slab: Int) {
    users[slab] += 1
  }

  func letGo(_ slab: Int) {
    users[slab] -= 1
    if users[slab] == 0 { free.append(slab) }
  }

  /// Whether nobody but the one who asks uses the slab.
  func hasOneUser(_ slab: Int) -> Bool { users[slab] == 1 }
}
