internal import CVimapJSON

/// What is at a place where a UTF-8 sequence of more than one byte should be.
struct CharacterScan {
  /// The length of the sequence, or, if it isn't whole, of its maximal subpart: what a decoder
  /// replaces with one U+FFFD (Unicode 16, section 3.9). At least 1.
  let length: Int
  let isWhole: Bool
}

/// Scans the sequence whose first byte, 0x80 or more, is at `place`. Reads before `end`.
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

/// The valid second bytes after a lead byte (RFC 3629 section 4). Four lead bytes have a narrower
/// range. It excludes characters that are written longer than needed, surrogates, and anything past
/// U+10FFFF.
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

/// A place at or after `start`, up to which there are only whole characters, of any script, that
/// can be in a JSON string as they are. It may stop early, even at once.
@inline(__always)
func skipCharacters(_ start: Cursor, _ end: Cursor) -> Cursor {
  var place = start
  while end - place >= 16 {
    let length = Int(vimap_plain_length(place))
    place += length
    // If only the end of the sixteen bytes stopped it, at most three bytes are missing.
    if length < 13 { break }
  }
  return place
}

extension UInt8 {
  /// One of the bytes after the first of a UTF-8 sequence.
  @inline(__always)
  fileprivate var isContinuation: Bool { self & 0xC0 == 0x80 }
}
