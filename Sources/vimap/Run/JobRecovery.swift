import VimapBytes
import VimapCheckpoint
import VimapRecords
import VimapSystem

/// A checkpoint that there is, and what it has to be held against.
struct JobRecovery {
  private let path: String
  private let options: VimapCommand
  private var recovery: Recovery

  init(_ path: String, _ contents: ByteView, _ options: VimapCommand) throws(Refusal) {
    self.path = path
    self.options = options
    do throws(CheckpointProblem) {
      recovery = try Recovery(journal: contents)
    } catch {
      throw Refusal(.cannotCreate, error.text(path, options))
    }
  }

  /// What it says, whatever the files hold.
  var claimed: JobState { recovery.claimed }

  var isFinished: Bool { claimed.ending?.isFinished ?? false }

  /// Where the job can go on, if the options are still those.
  func recovered(_ settings: [JobHeader.Setting]) throws -> Recovered {
    let changes = recovery.header.changes(to: settings)
    if !changes.isEmpty, !options.checkpoint.resumeAnyway {
      let list = changes.map { "\($0)" }.joined(separator: "; ")
      throw Refusal(
        .cannotCreate,
        "\(path): the job is another one: \(list); --resume-anyway goes on with these")
    }
    var recovery = recovery
    var lengths = (output: 0, failed: 0)
    if let output = options.results.output {
      let file = try Descriptor.open(reading: output)
      try recovery.read(output: file.number)
      lengths.output = try Descriptor.length(file.number)
    }
    if let failed = options.results.failed {
      let file = try Descriptor.open(reading: failed)
      try recovery.read(failed: file.number)
      lengths.failed = try Descriptor.length(file.number)
    }
    do throws(CheckpointProblem) {
      return try recovery.conclude(
        outputLength: lengths.output, failedLength: lengths.failed, boot: SystemProcess.boot)
    } catch {
      throw Refusal(.cannotCreate, error.text(path, options))
    }
  }
}

/// Holds inputs against what was read of them before, as far as that can be done without taking
/// anything from them: regular files.
struct InputReview {
  /// They are all that was read, and nothing more.
  private(set) var isUnchanged = true

  init(_ state: JobState, _ inputs: [InputFile], mode: InputMode) throws {
    if state.inputs.count > inputs.count {
      throw Refusal(
        .cannotCreate,
        "the job has read \(state.inputs.count) inputs, and is given \(inputs.count)")
    }
    if state.inputs.count < inputs.count { isUnchanged = false }
    for (number, (known, input)) in zip(state.inputs, inputs).enumerated() {
      let isLast = number + 1 == state.inputs.count
      try review(known, input, mode: mode, mayGrow: isLast && number + 1 == inputs.count)
    }
  }

  private mutating func review(
    _ known: JobState.Input, _ input: InputFile, mode: InputMode, mayGrow: Bool
  ) throws {
    guard let path = input.path, let size = Descriptor.size(path), Descriptor.isThere(path) else {
      isUnchanged = false
      return
    }
    let file: OwnedDescriptor
    do throws(SystemError) {
      file = try Descriptor.open(reading: path)
    } catch {
      throw Refusal(.noInput, "\(path): \(error.code)")
    }
    var check = InputCheck(known, separator: mode.separator)
    var buffer = ByteBuffer()
    do {
      while !check.isComplete {
        buffer.removeAll()
        let count = try Descriptor.read(file.number, into: &buffer, limit: 256 << 10) ?? 0
        if count == 0 {
          try check.end()
          break
        }
        try check.add(buffer.view)
      }
      if size > check.knownLength {
        isUnchanged = false
        if known.isAtEnd, !mayGrow { throw check.grown }
      }
    } catch let difference as InputDifference {
      throw Refusal(
        .cannotCreate, InputChange(file: input.name, difference: difference).complaint)
    } catch let error as SystemError {
      throw Refusal(.inputOutput, "\(path): cannot be read: \(error.code)")
    }
  }
}
