/// The place after the closing quote of a string whose content starts at `start`. nil if the
/// content breaks RFC 8259 section 7, or the string does not end before `end`.
@inline(__always)
func endOfString(_ start: Cursor, _ end: Cursor) -> Cursor? {
  var place = start
  while end - place >= 8 {
    let hits = Word.load(place).stringHits
    if hits != 0 {
      place += hits.firstHit
      if place.pointee == UInt8(ascii: "\"") { return place + 1 }
      break
    }
    place += 8
  }
  return endOfRichString(place, end)
}

/// The same, for when an escape, a character beyond ASCII or the end of the text is near. It is a
/// separate function so that the common case stays small where it is inlined.
@inline(never)
private func endOfRichString(_ start: Cursor, _ end: Cursor) -> Cursor? {
  var place = start
  while true {
    place = endOfPlainRun(place, end)
    guard place < end else { return nil }
    if place.pointee == UInt8(ascii: "\"") { return place + 1 }
    // Escapes often follow each other.
    repeat {
      guard let next = endOfEscape(place, end) else { return nil }
      place = next
    } while place < end && place.pointee == UInt8(ascii: "\\")
  }
}

/// The first place at or after `start` with something that can't be in a JSON string as it is: `"`,
/// `\`, a control character, a byte that isn't well-formed UTF-8, or `end`.
@inline(__always)
func endOfPlainRun(_ start: Cursor, _ end: Cursor) -> Cursor {
  var place = start
  while place < end {
    if end - place >= 8 {
      let hits = Word.load(place).stringHits
      if hits == 0 {
        place += 8
        continue
      }
      place += hits.firstHit
    }
    let byte = place.pointee
    if byte >= 0x80 {
      let next = skipCharacters(place, end)
      if next > place {
        place = next
        continue
      }
      let character = scanCharacter(place, end)
      guard character.isWhole else { return place }
      place += character.length
    } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 {
      return place
    } else {
      place += 1
    }
  }
  return place
}

/// The place after the escape sequence, which must start at `place`.
@inline(__always)
private func endOfEscape(_ place: Cursor, _ end: Cursor) -> Cursor? {
  guard end - place >= 2, place.pointee == UInt8(ascii: "\\") else { return nil }
  switch place[1] {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
    UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
    return place + 2
  case UInt8(ascii: "u"):
    // RFC 8259 allows a single surrogate (section 8.2), so any unit is valid.
    return isUnitEscape(place, end) ? place + 6 : nil
  default:
    return nil
  }
}

/// Whether there is a `\uXXXX` at `place`.
@inline(__always)
private func isUnitEscape(_ place: Cursor, _ end: Cursor) -> Bool {
  guard end - place >= 6, place[0] == UInt8(ascii: "\\"), place[1] == UInt8(ascii: "u") else {
    return false
  }
  let digits = digits(of: place)
  // Four range checks at once: adding 0x80 - x carries into a byte's high bit from x on.
  let ascii = digits & 0x7F7F_7F7F
  let letters = ascii | 0x2020_2020
  let isDecimal = (ascii &+ 0x5050_5050) & ~(ascii &+ 0x4646_4646)  // "0"..."9"
  let isLetter = (letters &+ 0x1F1F_1F1F) & ~(letters &+ 0x1919_1919)  // "a"..."f"
  return (isDecimal | isLetter) & ~digits & 0x8080_8080 == 0x8080_8080
}

@inline(__always)
private func digits(of place: Cursor) -> UInt32 {
  UInt32(littleEndian: UnsafeRawPointer(place + 2).loadUnaligned(as: UInt32.self))
}

/// The UTF-16 unit that the escape `\uXXXX` at `place` stands for; nil if there is none.
func unitOfEscape(_ place: Cursor, _ end: Cursor) -> UInt16? {
  guard isUnitEscape(place, end) else { return nil }
  // The value of a digit: its low nibble, and 9 more for a letter, which has bit 6 set.
  let digits = digits(of: place)
  let values = (digits & 0x0F0F_0F0F) &+ ((digits &>> 6) & 0x0101_0101) &* 9
  // The first digit, which is the highest, is in the lowest byte.
  let bytes = values.byteSwapped
  return (0..<4).reduce(0) { $0 | UInt16(bytes &>> ($1 * 8) & 0xF) &<< ($1 * 4) }
}
