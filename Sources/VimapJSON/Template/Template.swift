public import VimapBytes

/// A text with placeholders that are filled in from a record: a URL, a header's value, an argument.
/// It is a system text (``Swift/String/init(system:)``).
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
/// A string is filled in without quotes and escapes, anything else as the bytes that came in.
/// Everything else in braces is text, such as `{foo}`, `{ }` or the braces of a JSON body. So a
/// text that isn't a placeholder is never an error, and `{}` can't be written as text.
///
/// In a command's arguments (``Grammar/argument``), a placeholder can take a part of a file's path
/// (``PathPart``): `{/.path}`, and `{/}` for the whole record. There, braces after a `$` are text,
/// since `${#}` belongs to the shell.
public struct Template: Sendable {
  /// Where a template is used, which decides what its placeholders can be.
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
    /// A part of a file's path. The path is in the record, at a place in it, or is the record
    /// itself.
    case file(PathPart, JSONPath?)
    case index
    case worker
    case initArgument(String)
  }

  /// How values are encoded. The text around them never is.
  public enum Encoding: Sendable {
    /// The value is filled in as it is.
    case verbatim

    /// All characters except RFC 3986's unreserved ones (letters, digits, `-._~`) become `%XX`. In
    /// `{+.path}`, reserved characters stay too, and so does an existing `%XX` (RFC 6570 section
    /// 3.2.3).
    case percent

    /// Any value is filled in as the bytes that came in, a string with its quotes and escapes.
    case json

    /// A string becomes an SQL literal: in quotes, with the quotes inside doubled. A number stays
    /// as it is, `true`, `false` and null become the keywords, and any other value becomes a string
    /// with its JSON.
    case sql
  }

  let parts: [Part]

  /// The text that the template was made from.
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

  /// Whether the whole template is a single placeholder.
  public var isPlaceholder: Bool { parts.count == 1 && !isLiteral }

  /// The text before the first placeholder, which no record can change.
  public var literalPrefix: String {
    guard case .literal(let bytes) = parts.first else { return "" }
    return bytes.withUnsafeBytes { String(system: ByteView($0)) }
  }

  /// The names of all bound arguments that it uses, in order. A name may come more than once.
  public var initNames: [String] {
    parts.compactMap { if case .initArgument(let name) = $0 { name } else { nil } }
  }

  /// Appends the text with everything filled in.
  ///
  /// A null is a value like any other, and is filled in as `null`. Only a part that does not exist
  /// is missing. If this throws, `buffer` is left as it was.
  /// - Parameter noteEmpty: called with the place in `buffer` of each placeholder that was filled
  ///   with nothing, except `{+.path}`.
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

/// Why a ``Template`` can't be filled in from a record.
public enum TemplateError: Error, Sendable, Equatable {
  /// The record has no such part, or there is no such bound argument. `path` is the text between
  /// the braces, without `+`.
  case missingField(path: String)

  /// A string contains half a character that has no bytes.
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
