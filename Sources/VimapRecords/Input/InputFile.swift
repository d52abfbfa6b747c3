import SystemPackage
import VimapKit
import VimapBytes
import VimapCheckpoint
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

  /// The file's name, where it is opened by that.
  package var path: String? {
    if case .path(let path) = source { path } else { nil }
  }

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
  /// Where it was read before, and could not be looked at until now.
  private var checked: CheckedInput?
  private var buffer = ByteBuffer()
  /// Told of what was read.
  private let onRead: (ByteView) -> Void

  private init(
    _ descriptor: CInt, owner: consuming OwnedDescriptor?, _ decoder: InputDecoder?,
    _ check: InputCheck?, _ onRead: @escaping (ByteView) -> Void
  ) throws(SystemError) {
    self.onRead = onRead
    self.owner = owner
    self.descriptor = descriptor
    self.decoder = decoder
    let kind = try Descriptor.facts(descriptor).kind
    if kind == .directory { throw SystemError(call: "read", code: .isDirectory) }
    neverWaits = kind == .regular
    if let check, kind != .regular { checked = CheckedInput(descriptor, check) }
  }

  /// - Parameters:
  ///   - check: what is known of it from earlier runs; a regular file has been held against that.
  ///   - onRead: told of the bytes that are read.
  static func open(
    _ file: InputFile, _ decoder: InputDecoder?, _ check: InputCheck? = nil,
    onRead: @escaping (ByteView) -> Void = { _ in }
  ) throws(SystemError) -> OpenInput {
    switch file.source {
    case .path(let path):
      let opened = try Descriptor.open(reading: path)
      return try OpenInput(opened.number, owner: opened, decoder, check, onRead)
    case .descriptor(let number):
      return try OpenInput(number, owner: nil, decoder, check, onRead)
    }
  }

  /// The number of lines with bytes that are not text in the input's encoding.
  var linesWithGaps: Int { decoder?.linesWithGaps ?? 0 }

  /// The bytes of text that are read and not taken yet.
  var textLeft: Int { decoder?.textLeft ?? 0 }

  /// What is wrong with the input, where it was read before; it is at its end then.
  var difference: InputDifference? { checked?.difference }

  /// Reads once to `start`. Returns 0 at the end, and `nil` if the read would have to wait.
  /// - Parameter read: is increased by the number of bytes read from the input.
  func read(
    to memory: SharedMemory, at start: Int, limit: Int, counting read: inout Int
  ) throws(SystemError) -> Int? {
    let isAtHand = neverWaits || decoder?.hasText == true || checked?.hasBytes == true
    if !isAtHand, try !Descriptor.isReady(.readable, descriptor) { return nil }
    if let decoder {
      let before = decoder.bytesRead
      defer { read += decoder.bytesRead - before }
      return try decoder.read(to: memory, at: start, limit: limit) {
        (bytes, limit) throws(SystemError) in try readBytes(into: &bytes, limit: limit)
      }
    }
    if checked != nil {
      buffer.removeAll()
      guard let count = try readBytes(into: &buffer, limit: limit) else { return nil }
      memory.copy(buffer.view, to: start)
      read += count
      return count
    }
    let count = try memory.read(from: descriptor, to: start, limit: limit)
    read += count ?? 0
    if let count { onRead(memory.view(start, count)) }
    return count
  }

  /// Reads bytes as they are.
  private func readBytes(into bytes: inout ByteBuffer, limit: Int) throws(SystemError) -> Int? {
    let count =
      if let checked {
        try checked.read(into: &bytes, limit: limit)
      } else {
        try Descriptor.read(descriptor, into: &bytes, limit: limit)
      }
    if let count { onRead(bytes.view.slice(bytes.count - count)) }
    return count
  }
}
