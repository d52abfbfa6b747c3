import VimapSystem

/// A reader that waits for its turn while another waits for the workers: until it is woken, once.
final class Waiter: @unchecked Sendable {
  // Unchecked, as what changes is used under the lock.
  private let lock = Lock()
  private var isOver = false
  private var continuation: CheckedContinuation<Void, Never>?
  private let gate = Gate()

  func wake() {
    let continuation = lock.withLock {
      defer { self.continuation = nil }
      isOver = true
      return self.continuation
    }
    gate.open()
    continuation?.resume()
  }

  /// Holds up the calling thread.
  func wait() { gate.wait() }

  /// Waits without holding up the thread, until the task is cancelled at most.
  func wait(isolation: isolated (any Actor)?) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = lock.withLock {
          if !self.isOver { self.continuation = continuation }
          return self.isOver
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      wake()
    }
  }
}
