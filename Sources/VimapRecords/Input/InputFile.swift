import SystemPackage
import VimapKit
import VimapSystem

/// One of a pool's inputs.
package struct InputFile: Sendable {
  enum Source: Sendable {
    case path(String)
    case descriptor(CInt)
  }

  /// The name used in messages and `meta`.
  package let name: String
  let source: Source

  /// A file that is opened when its turn comes. If its name is not UTF-8, a character from U+10FE80
  /// on stands for each byte that is not, as in `String(system:)`.
  package static func path(_ path: String) -> InputFile {
    InputFile(name: path, source: .path(path))
  }

  /// An open descriptor, lent until the run is over.
  package static func descriptor(_ number: CInt, name: String) -> InputFile {
    InputFile(name: name, source: .descriptor(number))
  }
}

/// An input that could not be read, or not to its end. The run goes on with the next input.
package struct InputProblem: Error, Sendable {
  /// The input's name, as in ``InputFile/name``.
  package let name: String
  /// What the operating system said.
  package let error: SystemError
  /// Whether it could not be opened, or is not something that can be read.
  package let isUnreadable: Bool
}

/// An input that is being read.
final class OpenInput {
  /// Keeps the descriptor open, unless it is lent.
  private let owner: OwnedDescriptor?
  let descriptor: CInt
  /// Whether a read never waits.
  private let neverWaits: Bool
  /// Converts what is read, if the input is not in UTF-8.
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

  /// The number of lines with bytes that are not text in the input's encoding.
  var linesWithGaps: Int { decoder?.linesWithGaps ?? 0 }

  /// The bytes of text that are read and not taken yet.
  var textLeft: Int { decoder?.textLeft ?? 0 }

  /// Reads once to `start`. Returns 0 at the end, and `nil` if the read would have to wait.
  /// - Parameter read: is increased by the number of bytes read from the input.
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
