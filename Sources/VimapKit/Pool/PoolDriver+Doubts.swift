import VimapBytes

/// What the driver does about outputs that may stand beside the wrong inputs.
extension PoolDriver {
  /// Handles a worker's report that its answers and records did not match up.
  /// - Parameter last: the most of its last outputs that are in doubt.
  func loseStep(_ slot: Int, suspects last: Int, _ text: String) {
    report.isOutOfStep = true
    let suspects = (doubts?.suspects(slot, last: last) ?? []).flatMap(withoutThoseHeld)
    let rows = doubts?.confirm(suspects, by: slot, in: slabs) { batches.find($0) }
    onEvent(.outOfStep(worker: slot, rows, text))
    guard configuration.stopsOutOfStep, !state.phase.isStopping else { return }
    report.outcome = .outOfStep
    state.stop(.soon)
  }

  /// Turns those outputs of a part that still wait for their turn into exceptions. Returns the
  /// others, which are written already.
  private func withoutThoseHeld(_ part: Doubts.Part) -> [Doubts.Part] {
    guard let batch = batches.find(part.batch) else { return [part] }
    var written = RangeSet(part.records)
    for records in flow.takeBack(part.batch, part.records) {
      written.remove(contentsOf: records)
      compose(part.batch, batch, records, .unpaired)
    }
    return written.ranges.map { records in
      var rest = part
      rest.records = records
      return rest
    }
  }

  /// Called when all results of a batch are on their way out.
  func passOn(_ id: UInt64) {
    if let batch = batches.takeSpent(id) {
      letGo(id, batch)
    } else {
      batches[id]?.isPassedOn = true
    }
    leaveFlight(id)
  }

  /// Called when a batch is answered whole. If its results still wait for their turn, they may turn
  /// out to be wrong meanwhile, and then its bytes are needed. So the bytes are kept until the
  /// results have been passed on.
  func keepIfInDoubt(_ id: UInt64, _ batch: InputBatch) {
    guard keepsSpent, !batch.isLetGo else { return }
    if batch.isPassedOn { letGo(id, batch) } else { batches.keep(id, batch) }
  }

  /// Whether results that wait for their turn may turn out to be wrong meanwhile.
  var keepsSpent: Bool { doubts != nil && configuration.keepsOrder }

  /// Releases the memory that a batch's records lie in.
  func letGo(_ id: UInt64, _ batch: InputBatch) {
    batch.isLetGo = true
    doubts?.keep(id, batch, in: slabs)
    slabs.letGo(batch)
  }
}
