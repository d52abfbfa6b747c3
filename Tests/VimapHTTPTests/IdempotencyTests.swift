import Testing

@testable import VimapHTTP

@Suite("SHA-256")
struct SHA256Tests {
  private func digest(_ pieces: [String]) -> String {
    var digest = SHA256()
    for piece in pieces { withView(piece) { digest.add($0) } }
    return digest.digest().map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  /// The examples that NIST gives, and lengths around a block's end (from coreutils' sha256sum).
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 100_000),
      "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee"
    ),
  ])
  func known(_ text: String, _ expected: String) {
    #expect(digest([text]) == expected)
  }

  @Test func inPieces() {
    for length in [1, 54, 55, 56, 57, 63, 64, 65, 127, 128, 129] {
      let text = String(repeating: "x", count: length)
      #expect(digest(text.map { String($0) }) == digest([text]))
    }
  }
}

@Suite("Keys of requests")
struct IdempotencyKeyTests {
  private func header(_ line: String, _ occurrence: Int) -> String {
    withView(line) { line in
      written { IdempotencyKey(line: line, occurrence: occurrence).writeHeader(to: &$0) }
    }
  }

  @Test func differByRecordAndOccurrence() {
    let keys = [header("1", 0), header("1", 1), header("2", 0), header("11", 0)]
    #expect(Set(keys).count == keys.count)
    #expect(header("1", 0) == header("1", 0))
    #expect(keys.allSatisfy { $0.hasPrefix("Idempotency-Key: ") && $0.utf8.count == 17 + 32 })
  }
}
