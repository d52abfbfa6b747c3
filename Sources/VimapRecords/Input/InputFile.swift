import SystemPackage
import VimapKit
import VimapSystem

/// One of a pool's inputs.
package struct InputFile: Sendable {
  enum Source: Sendable {
    case path(String)
    case descriptor(CInt)
  }

  /// What messages and `meta` call it.
  package let name: String
  let source: Source

  /// A file that is opened when its turn comes. Where its name is not UTF-8, each byte that is not
  /// stands in it as a character from U+10FE80 on, as in what `String(system:)` makes of it.
  package static func path(_ path: String) -> InputFile {
    InputFile(name: path, source: .path(path))
  }

  /// An open descriptor, lent for the length of the run.
  package static func descriptor(_ number: CInt, name: String) -> InputFile {
    InputFile(name: name, source: .descriptor(number))
  }
}

/// An input that could not be read, or not to its end. The run goes on with the next one.
package struct InputProblem: Error, Sendable {
  /// The input's name, as in ``InputFile/name``.
  package let name: String
  /// What the operating system said.
  package let error: SystemError
  /// It could not be opened, or is not something to be read.
  package let isUnreadable: Bool
}

/// An input while it is read.
final class OpenInput {
  /// Keeps the descriptor open, where it is not lent.
  private let owner: OwnedDescriptor?
  let descriptor: CInt
  /// A read can be relied on not to wait.
  private let neverWaits: Bool
  /// Where it is not read as it is.
  private let decoder: InputDecoder?

  private init(
    _ descriptor: CInt, owner: consuming OwnedDescriptor?, _ decoder: InputDecoder?
  ) throws(SystemError) {
    self.owner = owner
    self.descriptor = descriptor
    self.decoder = decoder
    let kind = try Descriptor.facts(descriptor).kind
    if kind == .directory { throw SystemError(call: "read", code: .isDirectory) }
    neverWaits = kind == .regular
  }

  static func open(
    _ file: InputFile, _ decoder: InputDecoder?
  ) throws(SystemError) -> OpenInput {
    switch file.source {
    case .path(let path):
      let opened = try Descriptor.open(reading: path)
      return try OpenInput(opened.number, owner: opened, decoder)
    case .descriptor(let number):
      return try OpenInput(number, owner: nil, decoder)
    }
  }

  /// Lines in which bytes were no text in the encoding that was asked for.
  var linesWithGaps: Int { decoder?.linesWithGaps ?? 0 }

  /// Bytes of text that are read, and still to be taken.
  var textLeft: Int { decoder?.textLeft ?? 0 }

  /// Reads once to `start`; 0 at the end, `nil` where that would have to wait.
  /// - Parameter read: raised by the bytes that were read from the input.
  func read(
    to memory: SharedMemory, at start: Int, limit: Int, counting read: inout Int
  ) throws(SystemError) -> Int? {
    if !neverWaits, decoder?.hasText != true, try !Descriptor.isReady(.readable, descriptor) {
      return nil
    }
    guard let decoder else {
      let count = try memory.read(from: descriptor, to: start, limit: limit)
      read += count ?? 0
      return count
    }
    let before = decoder.bytesRead
    defer { read += decoder.bytesRead - before }
    return try decoder.read(from: descriptor, to: memory, at: start, limit: limit)
  }
}
