internal import CJansson
public import VimapBytes

/// A JSON value in memory, owned by jansson.
///
/// **Ownership.** A `JSONValue` owns one reference to a `json_t`, and releases it when it is itself
/// released. Every `JSONValue` that a function returns has its own reference, so it outlives the
/// value that it was found in. Every `JSONValue` that a function is given stays the caller's.
/// Nothing is copied: a value found inside another *is* that part of it, and changing one changes
/// the other.
///
/// **Memory.** When jansson can't get memory for a value, or for a change of one, the value is
/// *lost*: it looks like null, changes do nothing, a value that it is put into is lost too, and
/// ``write(to:)`` throws. So values are built without a `try` on each line, and an incomplete value
/// can't reach an output. For that, finish a value before you put it into another.
///
/// It is not `Sendable`: only one thread at a time may use a value and everything that it shares
/// parts with.
public final class JSONValue {
  /// nil if the value is lost.
  var node: Node?

  /// Takes over the caller's reference.
  init(owning node: Node?) {
    self.node = node
  }

  /// Makes a reference of its own. The caller keeps its reference.
  convenience init(sharing node: Node) {
    self.init(owning: json_incref(node))
  }

  deinit {
    json_decref(node)
  }

  /// Reads a text: one JSON value, with or without white space around it.
  ///
  /// A NUL character is allowed in strings, but not in keys. Numbers must fit: integers in 64 bits,
  /// reals in a double. The escape of half a character, such as `\udce9`, has no UTF-8 and is
  /// refused.
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

  /// A number. It is null if `value` is infinite or not a number, since JSON has neither.
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

  /// The text of `bytes`. What isn't UTF-8 in them becomes U+FFFD.
  public static func string(_ bytes: ByteView) -> JSONValue {
    let node = bytes.withUnsafeBytes {
      json_stringn($0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    // The node is also nil if there is no memory. Then there is none for the repaired text either.
    return node.map { JSONValue(owning: $0) } ?? .string(bytes.text)
  }

  /// An object without members.
  public static func object() -> JSONValue { JSONValue(owning: json_object()) }

  /// An array without elements.
  public static func array() -> JSONValue { JSONValue(owning: json_array()) }
}

// MARK: - Changing

extension JSONValue {
  /// Sets a member of this object. It replaces a member with the same key.
  ///
  ///   - Precondition: this is an object, and isn't part of `value`.
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

/// A substitute for the address of an empty string, which Swift may leave nil.
private var emptyChars: UnsafePointer<CChar> {
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
}
