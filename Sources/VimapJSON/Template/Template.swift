public import VimapBytes

/// A text with places to be filled in from a record: a URL, a header's value, an argument. It is a
/// text of the system (``Swift/String/init(system:)``).
///
/// | placeholder | stands for |
/// | --- | --- |
/// | `{}` | the whole record |
/// | `{.path}` | a part of it, by ``JSONPath`` |
/// | `{+.path}` | the same, and under percent-encoding RFC 3986's reserved characters are kept |
/// | `{#}` | the record's index, from 1 |
/// | `{%}` | the worker's number, from 0 |
/// | `{init.NAME}` | a bound argument; letters, digits, `_` and `-` |
///
/// A string stands as itself, without quotes or escapes; anything else as the bytes that it came
/// in. Everything else in braces is text, be it `{foo}`, `{ }` or the braces of a JSON body: a text
/// that isn't a placeholder is never an error, and there is no way to write `{}` as text.
///
/// In a command's arguments (``Grammar/argument``) a part can be taken as a file's path, of which
/// only some is wanted (``PathPart``): `{/.path}`, and `{/}` of the whole record. There, braces
/// behind a `$` are text: `${#}` is the shell's.
public struct Template: Sendable {
  /// Where a template stands, which says what a placeholder can be there.
  public enum Grammar: Sendable {
    /// A URL, or a header's value.
    case request
    /// An argument of a command.
    case argument
  }

  enum Part: Sendable, Equatable {
    case literal([UInt8])
    case record
    case field(JSONPath, keepsReserved: Bool)
    /// Some of a file's path, which is at a place in the record, or the record itself.
    case file(PathPart, JSONPath?)
    case index
    case worker
    case initArgument(String)
  }

  /// What is done to a value, and never to the text around it.
  public enum Encoding: Sendable {
    /// It goes in as it is.
    case verbatim

    /// All but RFC 3986's unreserved characters (letters, digits, `-._~`) become `%XX`. In
    /// `{+.path}` the reserved ones stay too, and so does what is `%XX` already (RFC 6570
    /// section 3.2.3).
    case percent

    /// Any value stands as the bytes that it came in, a string with its quotes and escapes.
    case json

    /// A string stands as a literal of SQL, between quotes of which those inside are doubled; a
    /// number as it is, `true`, `false` and null as the keywords, and any other value as its JSON
    /// in a string.
    case sql
  }

  let parts: [Part]

  /// The text that the template was made from, as it was typed.
  public let description: String

  public init(_ text: String, _ grammar: Grammar = .request) {
    parts = TemplateParser(grammar).parts(of: text)
    description = text
  }

  init(parts: [Part], description: String) {
    self.parts = parts
    self.description = description
  }

  /// Whether there is nothing to fill in.
  public var isLiteral: Bool { parts.allSatisfy(\.isLiteral) }

  /// Whether all of it is a single placeholder.
  public var isPlaceholder: Bool { parts.count == 1 && !isLiteral }

  /// The text before the first placeholder: what no record can change.
  public var literalPrefix: String {
    guard case .literal(let bytes) = parts.first else { return "" }
    return bytes.withUnsafeBytes { String(system: ByteView($0)) }
  }

  /// The names of the bound arguments asked for, as often as they are.
  public var initNames: [String] {
    parts.compactMap { if case .initArgument(let name) = $0 { name } else { nil } }
  }

  /// Appends the text with everything filled in.
  ///
  /// A null is a value like any other and stands as `null`; only what isn't there at all is
  /// missing. When this throws, `buffer` is left as it was.
  /// - Parameter noteEmpty: is told where in `buffer` a placeholder stands that came to nothing,
  ///   other than a `{+.path}`.
  public func expand(
    into buffer: inout ByteBuffer, context: TemplateContext, encoding: Encoding = .verbatim,
    noteEmpty: (Int) -> Void = { _ in }
  ) throws(TemplateError) {
    let before = buffer.count
    do throws(TemplateError) {
      for part in parts {
        let start = buffer.count
        try part.expand(into: &buffer, context: context, encoding: encoding)
        if buffer.count == start, !part.keepsReserved { noteEmpty(start) }
      }
    } catch {
      buffer.truncate(to: before)
      throw error
    }
  }
}

extension Template: CustomStringConvertible {}

extension Template: Equatable {
  public static func == (left: Template, right: Template) -> Bool { left.parts == right.parts }
}

/// Why a ``Template`` could not be filled in from a record.
public enum TemplateError: Error, Sendable, Equatable {
  /// The record has no such part, or there is no such bound argument: the text between the
  /// braces, without `+`.
  case missingField(path: String)

  /// A string has half a character in it that has no bytes.
  case unreadable(JSONProblem)
}

extension TemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingField(let path): "the record has no \(path)"
    case .unreadable(let problem): "the record can't be looked into: \(problem)"
    }
  }
}
