import VimapBytes

@testable import VimapCheckpoint

/// What is read of any file is a checkpoint or none, and what a checkpoint says can be gone on from
/// or is refused; nothing about it ends the process.
func fuzzCheckpoint(_ bytes: ByteView) {
  readFields(bytes)
  guard var recovery = try? Recovery(journal: bytes) else { return }
  recovery.add(output: bytes)
  recovery.add(failed: bytes)
  _ = try? recovery.conclude(outputLength: bytes.count, failedLength: bytes.count, boot: "")
}

/// Without their checksums, which would keep all that is not ours away from them. Of sets of records
/// only a checksum keeps away what nobody could hold.
private func readFields(_ bytes: ByteView) {
  var fields = FieldReader(bytes)
  while let kind = fields.byte() {
    switch kind {
    case 0x68: _ = JobHeader(&fields)
    case 0x73: _ = Session(&fields)
    case 0x70:
      guard let progress = Progress(&fields) else { continue }
      var buffer = ByteBuffer()
      progress.append(to: &buffer)
      var again = FieldReader(buffer.view)
      assert(Progress(&again) == progress)
    default: _ = JobState.Ending(&fields)
    }
  }
}
