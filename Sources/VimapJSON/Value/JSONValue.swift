internal import CJansson
public import VimapBytes

/// A JSON value in memory, as jansson keeps it.
///
/// **Ownership.** A `JSONValue` owns one reference to a `json_t` and gives it up when it is
/// released. Every `JSONValue` that a function returns has a reference of its own, so it outlives
/// the value that it was found in; every `JSONValue` that a function is given stays the caller's.
/// Nothing is copied: a value found inside of another *is* that part of it, and changing one
/// changes the other.
///
/// **Memory.** When jansson can't get memory for a value, or for a change of one, the value is
/// *lost*: it looks like null, changes of it do nothing, a value that it is put into is lost too,
/// and ``write(to:)`` throws. So values are built without a `try` on each line, and a value that
/// isn't what was asked for can't reach an output. For that, finish a value before putting it
/// into another.
///
/// Not `Sendable`: one thread at a time may use a value and all it shares parts with.
public final class JSONValue {
  /// nil where the value is lost.
  var node: Node?

  /// Takes over the caller's reference.
  init(owning node: Node?) {
    self.node = node
  }

  /// Leaves the caller's reference alone.
  convenience init(sharing node: Node) {
    self.init(owning: json_incref(node))
  }

  deinit {
    json_decref(node)
  }

  /// Reads a text: one JSON value, with or without white space around it.
  ///
  /// A NUL character is allowed in strings, not in keys. Numbers must fit: integers 64 bits,
  /// reals a double. The escape of half a character, such as `\udce9`, has no UTF-8 and is refused.
  public static func parse(_ text: ByteView) throws(JSONProblem) -> JSONValue {
    JSONValue(owning: try decode(text))
  }
}

// MARK: - Making

extension JSONValue {
  public static var null: JSONValue { JSONValue(owning: json_null()) }

  public static func bool(_ value: Bool) -> JSONValue {
    JSONValue(owning: value ? json_true() : json_false())
  }

  public static func integer(_ value: Int) -> JSONValue {
    JSONValue(owning: json_integer(json_int_t(value)))
  }

  /// A number; null where `value` is infinite or not a number, which JSON can't express.
  public static func real(_ value: Double) -> JSONValue {
    value.isFinite ? JSONValue(owning: json_real(value)) : .null
  }

  public static func string(_ text: String) -> JSONValue {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        JSONValue(owning: json_stringn_nocheck($0.baseAddress ?? emptyChars, $0.count))
      }
    }
  }

  /// The text that `bytes` are; what isn't UTF-8 in them becomes U+FFFD.
  public static func string(_ bytes: ByteView) -> JSONValue {
    let node = bytes.withUnsafeBytes {
      json_stringn($0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    // nil also where there is no memory; then there is none for the repaired text either.
    return node.map { JSONValue(owning: $0) } ?? .string(bytes.text)
  }

  /// An object without members.
  public static func object() -> JSONValue { JSONValue(owning: json_object()) }

  /// An array without elements.
  public static func array() -> JSONValue { JSONValue(owning: json_array()) }
}

// MARK: - Changing

extension JSONValue {
  /// Sets a member of this object, in place of one that has the same key.
  ///
  /// - Precondition: this is an object, and isn't part of `value`.
  public func set(_ key: String, _ value: JSONValue) {
    guard let node else { return }
    precondition(kind == .object, "only an object has members")
    var key = key
    let status = key.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        json_object_setn_new_nocheck(
          node, $0.baseAddress ?? emptyChars, $0.count, json_incref(value.node))
      }
    }
    if status != 0 { lose() }
  }

  /// Adds an element at the end of this array.
  ///
  /// - Precondition: this is an array, and isn't part of `value`.
  public func append(_ value: JSONValue) {
    guard let node else { return }
    precondition(kind == .array, "only an array has elements")
    if json_array_append_new(node, json_incref(value.node)) != 0 { lose() }
  }

  private func lose() {
    json_decref(node)
    node = nil
  }
}

/// What stands in for the address of an empty string, which Swift may leave out.
private var emptyChars: UnsafePointer<CChar> {
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
}
