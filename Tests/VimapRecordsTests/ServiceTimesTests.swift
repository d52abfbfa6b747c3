import Testing
import VimapSystem

@testable import VimapKit
@testable import VimapRecords

@Suite struct ServiceTimesTests {
  private func table() throws -> ServiceTable {
    ServiceTable(memory: try SharedMemory(count: ServiceTable.memorySize))
  }

  @Test func everyTimeIsKnownToAPercent() {
    for shift in 0..<50 {
      for part: Nanoseconds in [0, 1, 2, 77, 127, 128] {
        let time = min((1 << shift) + part << max(0, shift - 7), ServiceTable.longest - 1)
        let middle = ServiceTable.middle(of: ServiceTable.place(of: time))
        let error = middle > time ? middle - time : time - middle
        #expect(Double(error) <= Double(time) / 200, "\(time) is taken for \(middle)")
      }
    }
  }

  @Test func placesFollowEachOther() {
    var last = -1
    for time: Nanoseconds in 0..<5000 {
      let place = ServiceTable.place(of: time)
      #expect(place == last || place == last + 1)
      last = place
    }
    #expect(ServiceTable.place(of: 255) == 255)
  }

  @Test func quantilesAreThoseOfTheTimes() throws {
    var random = SeededRandom(seed: 7)
    var times: [Double] = []
    let tables = [try table(), try table()]
    for number in 0..<5000 {
      let time = Double(UInt64.random(in: 100...90_000_000, using: &random)) / 1e9
      times.append(time)
      tables[number % 2].note(time, count: 1)
    }
    times.sort()
    let found = ServiceTimes(tables)
    #expect(found.count == 5000)
    for share in [0.5, 0.9, 0.99] {
      let expected = times[Int((share * 5000).rounded(.up)) - 1]
      let quantile = found.quantile(share) / .seconds(1)
      #expect(abs(quantile - expected) < 0.01 * expected, "\(share): \(quantile), not \(expected)")
    }
    #expect(abs(found.max / .seconds(times[4999]) - 1) < 1e-6)
    #expect(abs(found.mean / .seconds(times.reduce(0, +) / 5000) - 1) < 1e-6)
    let inTheMiddle = times.count { $0 >= 0.02 && $0 < 0.05 }
    #expect(abs(found.count(in: .milliseconds(20)..<(.milliseconds(50))) - inTheMiddle) < 40)
    #expect(found.count(in: .zero..<(.seconds(1))) == 5000)
  }

  @Test func equalTimesAreCountedTogether() throws {
    let table = try table()
    table.note(0.004, count: 1000)
    table.note(0.005, count: 1)
    #expect(ServiceTimes([table]).count == 1001)
    #expect(abs(ServiceTimes([table]).mean / .seconds(4.005 / 1001) - 1) < 1e-6)
  }

  @Test func aTimeWithoutBounds() throws {
    let table = try table()
    table.note(1e300, count: 1)
    table.note(1e-12, count: 1)
    #expect(ServiceTimes([table]).count == 2)
    #expect(ServiceTimes([]).quantile(0.5) == .zero)
    #expect(ServiceTimes([]).mean == .zero)
  }
}
