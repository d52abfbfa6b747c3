import VimapCheckpoint
import VimapKit
import VimapRecords
import VimapSystem

/// Where a run writes to, opened before anything is read, and changed when it begins.
final class OutputFiles {
  /// What messages call the place that results go to.
  let name: String
  let results: ResultSink
  /// For exceptions that the format has no place for.
  let exceptions: ResultSink
  let failed: FailedLines?
  /// What messages call the place that they are kept in.
  let failedName: String

  /// The regular files that are read or written.
  let files: Set<FileIdentity>

  /// Those that are emptied when the run begins.
  private let replaced: [ResultFile]
  /// Results go to a file of this name.
  private let path: String?

  /// - Parameters:
  ///   - encoding: what the input is in, if not in UTF-8.
  ///   - screen: what results have to share the terminal with, if they go to one.
  init(
    _ command: VimapCommand, _ encoding: TextEncoding?, _ standard: StandardDescriptors,
    _ screen: Screen?
  ) throws {
    let path = Self.file(command.results.output)
    self.path = path
    name = path ?? "standard output"
    let inputs = Self.inputs(command)
    // What is written to a file that is opened twice is written over.
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
    // Where both go to one screen, each has to be whole before the other.
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

  /// Empties the files, now that there will be results.
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

  /// A file that is written to; `nil` where that is standard output.
  static func file(_ name: String?) -> String? {
    name.flatMap { isStandardOutput($0) ? nil : $0 }
  }

  /// Whether a name is that of standard output: `-` is, and of a regular file each name is, such as
  /// `/dev/stdout`. Opened a second time, that would be written over from its start.
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

  /// What a descriptor stands for, if that is a file that keeps what is written to it.
  private static func regularFile(_ descriptor: CInt) -> [FileIdentity] {
    guard let facts = try? Descriptor.facts(descriptor), facts.kind == .regular else { return [] }
    return [facts.identity]
  }

  /// Standard output has to be there, and to be none of the inputs.
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

  /// Opens or creates a file, but not one that is also read, or written to in another way.
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
