/// The place after a number (RFC 8259 section 6), or nil if there is none. `start` is its first
/// byte after the sign, if it has one. Reads before `end`.
@inline(__always)
func endOfNumber(_ start: Cursor, _ end: Cursor) -> Cursor? {
  var place = start
  if place < end, place.pointee == UInt8(ascii: "0") {
    place += 1
  } else {
    guard let next = endOfDigits(place, end) else { return nil }
    place = next
  }
  if place < end, place.pointee == UInt8(ascii: ".") {
    guard let next = endOfDigits(place + 1, end) else { return nil }
    place = next
  }
  if place < end, place.pointee | 0x20 == UInt8(ascii: "e") {
    place += 1
    if place < end, place.pointee == UInt8(ascii: "+") || place.pointee == UInt8(ascii: "-") {
      place += 1
    }
    return endOfDigits(place, end)
  }
  return place
}

/// The place after the decimal digits at `start`, or nil if there are none.
@inline(__always)
private func endOfDigits(_ start: Cursor, _ end: Cursor) -> Cursor? {
  var place = start
  while end - place >= 16 {
    // Both words are always examined: the length of a number can't be predicted, and a wrong branch
    // prediction costs more than examining the second word.
    let low = Word.load(place).digitMisses.firstHit
    let high = Word.load(place + 8).digitMisses.firstHit
    let count = low == 8 ? 8 &+ high : low
    place += count
    if count < 16 { return place > start ? place : nil }
  }
  while place < end, place.pointee.isDecimalDigit { place += 1 }
  return place > start ? place : nil
}

extension UInt8 {
  @inline(__always)
  var isDecimalDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}
