import CVimapDigest
import VimapBytes

/// A checksum of 64 bits of the bytes that it is given one after the other.
///
/// It is there against accidents: who wants to find bytes that give a certain value will. A change
/// goes unnoticed once in 2⁶⁴ times. It is written in C for the multiplication to 128 bits, which
/// is as fast in a debug build, and for any processor: CRC-32C has an instruction on some, and half
/// as many bits.
struct Digest {
  private var state = vimap_digest()

  init(seed: UInt64 = 0) {
    vimap_digest_begin(&state, seed)
  }

  mutating func add(_ bytes: ByteView) {
    bytes.withUnsafeBytes { vimap_digest_add(&state, $0.baseAddress, $0.count) }
  }

  /// The checksum of all that has been added by now.
  var value: UInt64 {
    withUnsafePointer(to: state) { vimap_digest_value($0) }
  }
}
