import VimapKit
import VimapSystem

/// Where a run writes to, opened before anything is read.
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

  /// Keep the files open.
  private let output: OwnedDescriptor?
  private let failedFile: OwnedDescriptor?

  /// - Parameters:
  ///   - encoding: what the input is in, if not in UTF-8.
  ///   - screen: what results have to share the terminal with, if they go to one.
  init(
    _ command: VimapCommand, _ encoding: TextEncoding?, _ standard: StandardDescriptors,
    _ screen: Screen?
  ) throws {
    let path = Self.file(command.results.output)
    name = path ?? "standard output"
    let inputs = Self.inputs(command)
    // What is written to a file that is opened twice is written over.
    var taken = inputs.union(Self.regularFile(StandardDescriptor.error))
    if let path {
      let file = try Self.create(path, unlessAmong: taken)
      taken.insert(try Descriptor.facts(file.number).identity)
      results = try Self.sink(file.number, screen)
      output = consume file
    } else {
      try Self.checkStandardOutput(standard, inputs: inputs)
      taken.formUnion(Self.regularFile(StandardDescriptor.output))
      results = try Self.sink(StandardDescriptor.output, screen)
      output = nil
    }
    failedName = command.results.failed.map { $0 == "-" ? "standard output" : $0 } ?? ""
    // Where both go to one screen, each has to be whole before the other.
    exceptions =
      results.isShared ? results : try Self.sink(StandardDescriptor.error, screen)
    if command.results.failed == "-" {
      guard standard.hasOutput, path != nil || command.results.format == .none else {
        throw Refusal(
          .usage,
          standard.hasOutput
            ? "--failed -: results go to standard output too: give -o FILE, or a file (./- is one)"
            : "--failed -: standard output is closed")
      }
      failed = try FailedLines(
        descriptor: StandardDescriptor.output, separator: command.records.null ? 0 : 0x0A,
        encoding: encoding)
      failedFile = nil
    } else if let path = command.results.failed {
      let file = try Self.create(path, unlessAmong: taken)
      taken.insert(try Descriptor.facts(file.number).identity)
      failed = try FailedLines(
        descriptor: file.number, separator: command.records.null ? 0 : 0x0A, encoding: encoding)
      failedFile = consume file
    } else {
      failed = nil
      failedFile = nil
    }
    files = taken
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

  /// Creates or empties a file, but not one that is also read, or written to in another way.
  private static func create(
    _ path: String, unlessAmong taken: Set<FileIdentity>
  ) throws -> OwnedDescriptor {
    do throws(SystemError) {
      let file = try Descriptor.open(writing: path)
      let facts = try Descriptor.facts(file.number)
      guard facts.kind != .regular || !taken.contains(facts.identity) else {
        throw SystemError(call: "open", code: .textFileBusy)
      }
      try Descriptor.empty(file.number)
      return file
    } catch {
      let reason =
        error.code == .textFileBusy
        ? "it is also an input, the output or standard error" : "\(error.code)"
      throw Refusal(.cannotCreate, "\(path): cannot be created: \(reason)")
    }
  }
}
