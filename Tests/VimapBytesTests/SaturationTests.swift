import Testing
import VimapBytes

@Suite struct SaturationTests {
  @Test func conversions() {
    let extremes: [(Double, Int, UInt64)] = [
      (0, 0, 0), (-0.0, 0, 0), (1.9, 1, 1), (-0.9, 0, 0), (-1, -1, 0), (1e308, .max, .max),
      (-1e308, .min, 0), (.infinity, .max, .max), (-.infinity, .min, 0), (.nan, 0, 0),
      (0x1p63, .max, 1 << 63), (-0x1p63, .min, 0), (0x1p64, .max, .max),
      (0x1.fffffffffffffp62, 9_223_372_036_854_774_784, 9_223_372_036_854_774_784),
      (.leastNonzeroMagnitude, 0, 0),
    ]
    for (value, int, unsigned) in extremes {
      #expect(Int(saturating: value) == int, "\(value)")
      #expect(UInt64(saturating: value) == unsigned, "\(value)")
    }
  }

  @Test func sumsAndProducts() {
    #expect(Int.max.plus(1) == .max)
    #expect(Int.min.plus(-1) == .min)
    #expect(Int.max.plus(.min) == -1)
    #expect(UInt64.max.plus(1) == .max)
    #expect(UInt64(2).times(.max) == .max)
    #expect(Int.max.times(2) == .max)
    #expect(Int.max.times(-2) == .min)
    #expect(Int.min.times(-1) == .max)
    #expect(3.times(4) == 12)
  }
}
