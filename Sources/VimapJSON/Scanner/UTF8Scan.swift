/// What stands at a place where a UTF-8 sequence of more than one byte should.
struct CharacterScan {
  /// Bytes of the sequence, or where it isn't whole of its maximal subpart: what a decoder
  /// replaces with one U+FFFD (Unicode 16, section 3.9). At least 1.
  let length: Int
  let isWhole: Bool
}

/// Looks at the sequence whose first byte, 0x80 or more, is at `place`. Reads before `end`.
@inline(__always)
func scanCharacter(_ place: Cursor, _ end: Cursor) -> CharacterScan {
  let lead = place[0]
  guard 0xC2 <= lead, lead <= 0xF4, end - place >= 2,
    secondBytes(after: lead).contains(place[1])
  else { return CharacterScan(length: 1, isWhole: false) }
  if lead < 0xE0 { return CharacterScan(length: 2, isWhole: true) }
  guard end - place >= 3, place[2].isContinuation else {
    return CharacterScan(length: 2, isWhole: false)
  }
  if lead < 0xF0 { return CharacterScan(length: 3, isWhole: true) }
  guard end - place >= 4, place[3].isContinuation else {
    return CharacterScan(length: 3, isWhole: false)
  }
  return CharacterScan(length: 4, isWhole: true)
}

/// What may follow a lead byte (RFC 3629 section 4). Four leads have a narrower range, without
/// which a character could be written longer than needed, be a surrogate or be past U+10FFFF.
@inline(__always)
private func secondBytes(after lead: UInt8) -> ClosedRange<UInt8> {
  switch lead {
  case 0xE0: 0xA0...0xBF
  case 0xED: 0x80...0x9F
  case 0xF0: 0x90...0xBF
  case 0xF4: 0x80...0x8F
  default: 0x80...0xBF
  }
}

/// A place at or after `start`, where a byte >= 0x80 must be, up to which there are only whole
/// sequences of two bytes, or only whole ones of three. It may stop early: it looks at eight bytes
/// at a time, and takes up to four sequences of two bytes at once, or a pair of three.
@inline(__always)
func skipCharacters(_ start: Cursor, _ end: Cursor) -> Cursor {
  var place = start
  if place.pointee < 0xE0 {
    while end - place >= 8 {
      let length = Word.load(place).lengthOfTwoByteCharacters
      place += length
      if length < 8 { break }
    }
  } else {
    while end - place >= 8, Word.load(place).isPairOfThreeByteCharacters { place += 6 }
  }
  return place
}

extension Word {
  /// Bytes at the start of this word that are 110xxxxx 10xxxxxx, and not U+0000 to U+007F, again
  /// and again: 0, 2, 4, 6 or 8.
  @inline(__always)
  fileprivate var lengthOfTwoByteCharacters: Int {
    let shape = (self ^ 0x80C0_80C0_80C0_80C0) & 0xC0E0_C0E0_C0E0_C0E0
    // Each pair's highest bit: set by the addition where a bit of the shape is wrong...
    let isOff = (shape &+ 0x7FFF_7FFF_7FFF_7FFF) | shape
    // ...and here where the lead has one of the bits that a character past U+007F needs.
    let isShortest = ((self & 0x001E_001E_001E_001E) &+ 0x007E_007E_007E_007E) &<< 8
    let hits = (isOff | ~isShortest) & 0x8000_8000_8000_8000
    return hits.firstHit & ~1
  }

  /// Whether the first six bytes are 1110xxxx 10xxxxxx 10xxxxxx twice, and neither of these is
  /// written too long or a surrogate.
  @inline(__always)
  fileprivate var isPairOfThreeByteCharacters: Bool {
    // The low bits of a lead, and bit 5 of the byte after it: too long where they are 0 and 0, a
    // surrogate where they are 13 and 1.
    let first = self & 0x200F
    let second = (self &>> 24) & 0x200F
    return self & 0xC0C0_F0C0_C0F0 == 0x8080_E080_80E0
      && first != 0 && first != 0x200D && second != 0 && second != 0x200D
  }
}

extension UInt8 {
  /// One of the bytes after the first of a UTF-8 sequence.
  @inline(__always)
  fileprivate var isContinuation: Bool { self & 0xC0 == 0x80 }
}
