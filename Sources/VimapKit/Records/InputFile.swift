import SystemPackage
import VimapSystem

/// One of a pool's inputs.
public struct InputFile: Sendable {
  enum Source: Sendable {
    case path(String)
    case descriptor(CInt)
  }

  /// What messages and `meta` call it.
  public let name: String
  let source: Source

  /// A file that is opened when its turn comes.
  public static func path(_ path: String) -> InputFile {
    InputFile(name: path, source: .path(path))
  }

  /// An open descriptor, lent for the length of the run.
  public static func descriptor(_ number: CInt, name: String) -> InputFile {
    InputFile(name: name, source: .descriptor(number))
  }
}

/// An input that could not be read, or not to its end. The run goes on with the next one.
public struct InputProblem: Error, Sendable {
  /// The input's name, as in ``InputFile/name``.
  public let name: String
  /// What the operating system said.
  public let error: SystemError
  /// It could not be opened, or is not something to be read.
  public let isUnreadable: Bool
}

/// An input while it is read.
final class OpenInput {
  /// Keeps the descriptor open, where it is not lent.
  private let owner: OwnedDescriptor?
  let descriptor: CInt
  /// A read can be relied on not to wait.
  let neverWaits: Bool

  private init(_ descriptor: CInt, owner: consuming OwnedDescriptor?) throws(SystemError) {
    self.owner = owner
    self.descriptor = descriptor
    let kind = try Descriptor.facts(descriptor).kind
    if kind == .directory { throw SystemError(call: "read", code: .isDirectory) }
    neverWaits = kind == .regular
  }

  static func open(_ file: InputFile) throws(SystemError) -> OpenInput {
    switch file.source {
    case .path(let path):
      let opened = try Descriptor.open(reading: path)
      return try OpenInput(opened.number, owner: opened)
    case .descriptor(let number):
      return try OpenInput(number, owner: nil)
    }
  }
}
