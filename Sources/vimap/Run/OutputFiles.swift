import VimapCheckpoint
import VimapKit
import VimapRecords
import VimapSystem

/// The files that a run writes to. They are opened before anything is read, and changed when the
/// run begins.
final class OutputFiles {
  /// The name of the results' file, for messages.
  let name: String
  let results: ResultSink
  /// Where exceptions go that the format has no place for.
  let exceptions: ResultSink
  let failed: FailedLines?
  /// The name of the file of failed lines, for messages.
  let failedName: String

  /// The regular files that are read or written.
  let files: Set<FileIdentity>

  /// The files that are emptied when the run begins.
  private let replaced: [ResultFile]
  /// Results go to a file of this name.
  private let path: String?

  /// - Parameters:
  ///   - encoding: the encoding of the input, if it is not UTF-8.
  ///   - screen: the screen that results share with other things, if they go to one.
  init(
    _ command: VimapCommand, _ encoding: TextEncoding?, _ standard: StandardDescriptors,
    _ screen: Screen?
  ) throws {
    let path = Self.file(command.results.output)
    self.path = path
    name = path ?? "standard output"
    let inputs = Self.inputs(command)
    // If a file were opened twice, one output would overwrite the other.
    var taken = inputs.union(Self.regularFile(StandardDescriptor.error))
    var replaced: [ResultFile] = []
    if let path {
      let file = try Self.open(path, unlessAmong: taken)
      taken.insert(try Descriptor.facts(file.descriptor).identity)
      results = try Self.sink(file.descriptor, screen)
      replaced.append(file)
    } else {
      try Self.checkStandardOutput(standard, inputs: inputs)
      taken.formUnion(Self.regularFile(StandardDescriptor.output))
      results = try Self.sink(StandardDescriptor.output, screen)
    }
    let isElsewhere = path != nil || command.results.format == .none
    let isFailedOnOutput = command.results.failed.map { failed in
      failed == "-" || isElsewhere && Self.isStandardOutput(failed)
    }
    failedName =
      isFailedOnOutput == true ? "standard output" : command.results.failed ?? ""
    // If both go to one screen, neither may come in the middle of the other's line.
    exceptions =
      results.isShared ? results : try Self.sink(StandardDescriptor.error, screen)
    if isFailedOnOutput == true {
      guard standard.hasOutput, isElsewhere else {
        throw Refusal(
          .usage,
          standard.hasOutput
            ? "--failed -: results go to standard output too: give -o FILE, or a file (./- is one)"
            : "--failed -: standard output is closed")
      }
      failed = try FailedLines(
        descriptor: StandardDescriptor.output, separator: command.records.null ? 0 : 0x0A,
        encoding: encoding)
    } else if let path = command.results.failed {
      let file = try Self.open(path, unlessAmong: taken)
      taken.insert(try Descriptor.facts(file.descriptor).identity)
      failed = try FailedLines(
        descriptor: file.descriptor, separator: command.records.null ? 0 : 0x0A,
        encoding: encoding)
      replaced.append(file)
    } else {
      failed = nil
    }
    files = taken
    self.replaced = replaced
  }

  /// A file that could not be emptied.
  struct Unemptied: Error {
    let path: String
    let reason: SystemError
  }

  /// Empties the files. Called when the run begins, so that results will come.
  func begin() throws(Unemptied) {
    for file in replaced {
      do throws(SystemError) {
        try file.begin()
      } catch {
        throw Unemptied(path: file.path, reason: error)
      }
    }
  }

  /// What becomes of the files is for a checkpoint to say: they stay where they are not empty, and
  /// the new ones are there to stay.
  func keep() { for file in replaced { file.keep() } }

  /// The file of the results, for a checkpoint.
  var written: Checkpoint.Written? { written(path) }

  /// The file of the lines that failed.
  var writtenFailed: Checkpoint.Written? {
    failed == nil ? nil : written(failedName)
  }

  private func written(_ path: String?) -> Checkpoint.Written? {
    guard let file = replaced.first(where: { $0.path == path }) else { return nil }
    return Checkpoint.Written(descriptor: file.descriptor, path: file.path)
  }

  /// The name of a file to write to; `nil` if it is standard output.
  static func file(_ name: String?) -> String? {
    name.flatMap { isStandardOutput($0) ? nil : $0 }
  }

  /// Whether a name means standard output. `-` does, and if standard output is a regular file, so
  /// does every name of that file, such as `/dev/stdout`. If it were opened again, it would be
  /// overwritten from its start.
  static func isStandardOutput(_ name: String) -> Bool {
    name == "-"
      || Descriptor.regularFile(name).map(regularFile(StandardDescriptor.output).contains) == true
  }

  /// The files that are read.
  static func inputs(_ command: VimapCommand) -> Set<FileIdentity> {
    let files = Set(command.file.compactMap(Descriptor.regularFile))
    let readsStandardInput = command.file.isEmpty || command.file.contains("-")
    return readsStandardInput ? files.union(regularFile(StandardDescriptor.input)) : files
  }

  /// The file behind a descriptor, if it is a regular file.
  private static func regularFile(_ descriptor: CInt) -> [FileIdentity] {
    guard let facts = try? Descriptor.facts(descriptor), facts.kind == .regular else { return [] }
    return [facts.identity]
  }

  /// Checks that standard output is open, and is not an input.
  static func checkStandardOutput(
    _ standard: StandardDescriptors, inputs: Set<FileIdentity>
  ) throws {
    guard standard.hasOutput else {
      throw Refusal(.inputOutput, "standard output: it is closed")
    }
    let facts = try Descriptor.facts(StandardDescriptor.output)
    if facts.kind == .regular, inputs.contains(facts.identity) {
      throw Refusal(.cannotCreate, "standard output: it is also an input")
    }
  }

  private static func sink(_ descriptor: CInt, _ screen: Screen?) throws -> ResultSink {
    if let screen, Terminal.isSame(descriptor, screen.descriptor) { return ResultSink(screen) }
    return try ResultSink(descriptor: descriptor)
  }

  /// Opens or creates a file. Refuses a file that is also read, or written in another way.
  private static func open(
    _ path: String, unlessAmong taken: Set<FileIdentity>
  ) throws -> ResultFile {
    func refusal(_ reason: String) -> Refusal {
      Refusal(.cannotCreate, "\(path): cannot be created: \(reason)")
    }
    do throws(SystemError) {
      let file = try ResultFile(path)
      let facts = try Descriptor.facts(file.descriptor)
      if facts.kind != .regular || !taken.contains(facts.identity) { return file }
    } catch {
      throw refusal("\(error.code)")
    }
    throw refusal("it is also an input, the output or standard error")
  }
}
