internal import CJansson
public import VimapBytes

extension JSONValue {
  public enum Kind: Sendable {
    case object, array, string, integer, real, bool, null
  }

  public var kind: Kind {
    switch node?.pointee.type {
    case JSON_OBJECT: .object
    case JSON_ARRAY: .array
    case JSON_STRING: .string
    case JSON_INTEGER: .integer
    case JSON_REAL: .real
    case JSON_TRUE, JSON_FALSE: .bool
    default: .null
    }
  }

  /// The number of members of an object, or of elements of an array; 0 for anything else.
  public var count: Int {
    // Each function returns 0 for a value of another kind.
    json_object_size(node) + json_array_size(node)
  }

  /// The member of this object with `key`; nil if there is none, or this is no object.
  public subscript(key: String) -> JSONValue? {
    var key = key
    return key.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        guard let start = $0.baseAddress else { return json_object_getn(node, "", 0) }
        return json_object_getn(node, start, $0.count)
      }
    }.map { JSONValue(sharing: $0) }
  }

  /// The element at `index`, from 0; nil if there is none, or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard index >= 0 else { return nil }
    return json_array_get(node, index).map { JSONValue(sharing: $0) }
  }

  /// The number, if this is an integer.
  public var integer: Int? {
    kind == .integer ? Int(json_integer_value(node)) : nil
  }

  /// The number, if this is one. An integer beyond 2^53 is rounded.
  public var number: Double? {
    switch kind {
    case .integer, .real: json_number_value(node)
    default: nil
    }
  }

  public var bool: Bool? {
    kind == .bool ? node?.pointee.type == JSON_TRUE : nil
  }

  /// The text, if this is a string.
  public var string: String? {
    withStringBytes { $0.text }
  }

  /// Lends `body` the UTF-8 of this string for the length of the call. It may contain NUL. nil if
  /// this is no string.
  public func withStringBytes<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard let start = json_string_value(node) else { return nil }
    defer { withExtendedLifetime(self) {} }
    return try body(ByteView(start: start, count: json_string_length(node)))
  }
}
