@testable import VimapKit

/// How everything comes to its end.
extension SimulatedPool {
  /// Has everything come to its end as it must: what can happen does, until the pool has finished.
  /// Where nothing can, or there is no end to it, the pool is stuck.
  mutating func settle() {
    for _ in 0..<20_000 {
      if isFinished { return }
      let next = obligations()
      if next.isEmpty {
        guard state.nextTimer(after: asked) != nil else { return complain("stuck") }
        happen(.wait)
      }
      for decision in next { happen(decision) }
    }
    complain("no end")
  }

  private mutating func complain(_ text: String) { books.complain(text) }

  /// What is bound to happen.
  private func obligations() -> [Decision] {
    var next = workers.indices.compactMap(obligation)
    if wanted != nil { next.append(.endInput) }
    if books.waitingForReader > 0 { next.append(.take(.max)) }
    return next
  }

  private func obligation(of slot: Int) -> Decision? {
    guard let worker = workers[slot] else { return nil }
    if worker.isDoomed { return .die(slot) }
    if !worker.isReady { return .ready(slot) }
    if worker.retirement == .unheard { return .hear(slot) }
    if worker.answerable > 0 { return .answer(slot, count: .max) }
    if !worker.work.isEmpty { return worker.saidHungry ? nil : .wantsMore(slot) }
    return worker.isClosing || worker.retirement == .heard ? .leave(slot) : nil
  }
}
