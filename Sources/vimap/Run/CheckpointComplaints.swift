import VimapCheckpoint
import VimapRecords

extension StartRefusal {
  /// - Parameter path: the checkpoint.
  func text(_ path: String, _ options: VimapCommand) -> String {
    let output = options.results.output ?? "the output"
    let failed = options.results.failed ?? "the file of --failed"
    return switch self {
    case .unfinishedJob: "\(path): there is a job that is not finished: --resume goes on with it"
    case .finishedJob:
      "\(path): there is a job that is finished: --resume takes on what its input has more; to"
        + " begin another, remove it and \(output), or give other names"
    case .outputWithoutCheckpoint:
      "\(output): there is an output, but \(path), which would say what is in it, is not there"
    case .failedWithoutCheckpoint:
      "\(failed): there is such a file, but \(path), which would say what is in it, is not there"
    case .outputMissing: "\(output): it is not there, though \(path) says what is in it"
    case .failedMissing: "\(failed): it is not there, though \(path) says what is in it"
    case .nothingToRetry: "\(path): there is no job of which something could have failed"
    }
  }
}

extension CheckpointProblem {
  /// - Parameter path: the checkpoint.
  func text(_ path: String, _ options: VimapCommand?) -> String {
    func name(_ stream: Stream) -> String {
      switch stream {
      case .output: options?.results.output ?? "the output"
      case .failed: options?.results.failed ?? "the file of --failed"
      }
    }
    return switch self {
    case .notACheckpoint: "\(path): it is no checkpoint, and stays as it is"
    case .unknownVersion: "\(path): it is of a later version of vimap"
    case .damaged(let offset):
      "\(path): it is damaged from byte \(offset) on, and no crash explains that"
    case .short(let stream, let length, let expected):
      "\(name(stream)): it has \(length) bytes, and \(path) says that it had \(expected)"
    case .long(let stream, let length, let expected):
      "\(name(stream)): it has \(length) bytes, of which only \(expected) are known to \(path):"
        + " somebody else has written to it"
    case .changed(let stream, let bytes):
      "\(name(stream)): somewhere in bytes \(bytes.lowerBound) to \(bytes.upperBound) it is not"
        + " what was written, says \(path)"
    }
  }
}

extension InputChange {
  var complaint: String {
    let name = file == "-" ? "standard input" : file
    let line = difference.line
    return switch difference.kind {
    case .changed(let bytes):
      "\(name):\(line): it has changed since it was read, somewhere in bytes \(bytes.lowerBound) to"
        + " \(bytes.upperBound), which begin in this line"
    case .short(let length, let expected):
      "\(name):\(line): it ends here, at byte \(length), and had \(expected) when it was read"
    case .grown(let length):
      "\(name):\(line): it goes on at byte \(length), where it ended when the next input was begun"
    }
  }
}
