import Foundation
import VimapBytes

@testable import VimapJSON

typealias Bytes = [UInt8]

/// A generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The files of texts in the folder Corpus.
enum Corpus {
  static let valid = lines(of: "valid.jsonl")
  static let invalid = lines(of: "invalid.txt")
  static let beyondJansson = lines(of: "beyond-jansson.jsonl")

  /// Texts written in hexadecimal, and whether they are valid.
  static let bytes: [(text: Bytes, isValid: Bool)] = lines(of: "bytes.txt").compactMap { line in
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard let verdict = words.first, ["accept", "refuse"].contains(verdict) else { return nil }
    let text = words.dropFirst().prefix { $0.count == 2 }.map { UInt8($0, radix: 16) }
    return (text.prefix { $0 != nil }.compactMap(\.self), verdict == "accept")
  }

  static let everything = valid + invalid + beyondJansson + bytes.map(\.text)

  private static func lines(of file: String) -> [Bytes] {
    guard let url = Bundle.module.url(forResource: "Corpus", withExtension: nil),
      let data = try? Data(contentsOf: url.appendingPathComponent(file))
    else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).map { Bytes($0) }
  }
}

/// A record's worth of text, such as a social network's interface gives out.
let post = Bytes(
  #"""
  {"created_at":"Sun Aug 31 00:29:15 +0000 2014","id":505874924095815681,"id_str":\#
  "505874924095815681","text":"@aym0566x \n\n名前:前田あゆみ\n第一印象:なんか怖っ！😀","source":\#
  "<a href=\"http:\/\/twitter.com\/iphone\" rel=\"nofollow\">iPhone<\/a>","truncated":false,\#
  "in_reply_to":null,"user":{"id":1186275104,"name":"AYUMI","followers_count":262,"url":null,\#
  "entities":{"description":{"urls":[]}}},"geo":{"coordinates":[-12.5e-1,0.25,1E+2]},\#
  "retweet_count":0,"entities":{"hashtags":[],"user_mentions":[{"name":"\u524d\ud83d\ude00",\#
  "indices":[0,9]}]},"lang":"ja"}
  """#.utf8)

/// Lends `bytes` as a view.
func withView<Result>(_ bytes: Bytes, _ body: (ByteView) throws -> Result) rethrows -> Result {
  try bytes.withUnsafeBytes { try body(ByteView($0)) }
}

func withView<Result>(_ text: String, _ body: (ByteView) throws -> Result) rethrows -> Result {
  try withView(Bytes(text.utf8), body)
}

/// What jansson says about `bytes`, with the two rules of ``decode(_:flags:)``.
func janssonProblem(with bytes: Bytes) -> JSONProblem? {
  withView(bytes) { view in
    do throws(JSONProblem) {
      _ = try JSONValue.parse(view)
      return nil
    } catch {
      return error
    }
  }
}

/// Whether jansson refuses a text only for one of the reasons for which a record is valid.
func isBeyondJansson(_ problem: JSONProblem) -> Bool {
  [
    "too big integer", "too big negative integer", "real number overflow",
    "NUL byte in object key", "invalid Unicode '\\u",
  ].contains { problem.message.hasPrefix($0) }
}

func parse(_ text: String) throws -> JSONValue {
  try withView(text) { try JSONValue.parse($0) }
}

func written(_ value: JSONValue) throws -> String {
  var buffer = ByteBuffer()
  try value.write(to: &buffer)
  return buffer.view.text
}

/// For failure messages: what can be read of `bytes`.
func shown(_ bytes: Bytes) -> String {
  String(decoding: bytes, as: UTF8.self).debugDescription
}
