import VimapBytes

/// What the driver does about outputs that may stand beside the wrong inputs.
extension PoolDriver {
  /// A worker's answers and records did not match up.
  /// - Parameter last: how many of its last outputs are in doubt, at most.
  func loseStep(_ slot: Int, suspects last: Int, _ text: String) {
    report.isOutOfStep = true
    let suspects = (doubts?.suspects(slot, last: last) ?? []).flatMap(withoutThoseHeld)
    let rows = doubts?.confirm(suspects, by: slot, in: slabs) { batches.find($0) }
    onEvent(.outOfStep(worker: slot, rows, text))
    guard configuration.stopsOutOfStep, !state.phase.isStopping else { return }
    report.outcome = .outOfStep
    state.stop(.soon)
  }

  /// Outputs that still wait for their turn become exceptions; the others of a part are written.
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

  /// The results of a batch are all on their way out.
  func passOn(_ id: UInt64) {
    if let batch = batches.takeSpent(id) {
      letGo(id, batch)
    } else {
      batches[id]?.isPassedOn = true
    }
    leaveFlight(id)
  }

  /// A batch is answered whole. Its bytes may still be asked for, where its results wait for their
  /// turn and may be found to be wrong meanwhile.
  func keepIfInDoubt(_ id: UInt64, _ batch: InputBatch) {
    guard keepsSpent, !batch.isLetGo else { return }
    if batch.isPassedOn { letGo(id, batch) } else { batches.keep(id, batch) }
  }

  /// Results wait for their turn that may be found to be wrong meanwhile.
  var keepsSpent: Bool { doubts != nil && configuration.keepsOrder }

  /// Gives back what a batch's records are in.
  func letGo(_ id: UInt64, _ batch: InputBatch) {
    batch.isLetGo = true
    doubts?.keep(id, batch, in: slabs)
    slabs.letGo(batch)
  }
}
