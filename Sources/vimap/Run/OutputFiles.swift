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

  /// Keep the files open.
  private let output: OwnedDescriptor?
  private let failedFile: OwnedDescriptor?

  /// - Parameter screen: what results have to share the terminal with, if they go to one.
  init(_ command: VimapCommand, _ standard: StandardDescriptors, _ screen: Screen?) throws {
    name = command.results.output ?? "standard output"
    var inputs = Set(command.file.compactMap(Descriptor.regularFile))
    if command.file.isEmpty || command.file.contains("-"),
      let facts = try? Descriptor.facts(StandardDescriptor.input), facts.kind == .regular
    {
      inputs.insert(facts.identity)
    }
    if let path = command.results.output {
      let file = try Self.create(path, unlessAmong: inputs)
      inputs.insert(try Descriptor.facts(file.number).identity)
      results = try Self.sink(file.number, screen)
      output = consume file
    } else {
      guard standard.hasOutput else {
        throw Refusal(.inputOutput, "standard output: it is closed")
      }
      let facts = try Descriptor.facts(StandardDescriptor.output)
      if facts.kind == .regular, !inputs.insert(facts.identity).inserted {
        throw Refusal(.cannotCreate, "standard output: it is also an input")
      }
      results = try Self.sink(StandardDescriptor.output, screen)
      output = nil
    }
    failedName = command.results.failed ?? ""
    // Where both go to one screen, each has to be whole before the other.
    exceptions =
      results.isShared ? results : try Self.sink(StandardDescriptor.error, screen)
    if let path = command.results.failed {
      let file = try Self.create(path, unlessAmong: inputs)
      failed = FailedLines(
        descriptor: file.number, separator: command.records.null ? 0 : 0x0A)
      failedFile = consume file
    } else {
      failed = nil
      failedFile = nil
    }
  }

  private static func sink(_ descriptor: CInt, _ screen: Screen?) throws -> ResultSink {
    if let screen, Terminal.isSame(descriptor, screen.descriptor) { return ResultSink(screen) }
    return try ResultSink(descriptor: descriptor)
  }

  /// Creates or empties a file, but not one that is also to be read.
  private static func create(
    _ path: String, unlessAmong inputs: Set<FileIdentity>
  ) throws -> OwnedDescriptor {
    do throws(SystemError) {
      let file = try Descriptor.open(writing: path)
      let facts = try Descriptor.facts(file.number)
      guard facts.kind != .regular || !inputs.contains(facts.identity) else {
        throw SystemError(call: "open", code: .textFileBusy)
      }
      try Descriptor.empty(file.number)
      return file
    } catch {
      let reason = error.code == .textFileBusy ? "it is also an input, or the output" : "\(error.code)"
      throw Refusal(.cannotCreate, "\(path): cannot be created: \(reason)")
    }
  }
}
