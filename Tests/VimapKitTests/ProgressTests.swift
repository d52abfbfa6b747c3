import Foundation
import Testing
import VimapBytes
import VimapSystem

@testable import VimapKit

@Suite struct PoolTickerTests {
  private func ticker(_ pace: TickPace) -> PoolTicker { PoolTicker(pace, 1000) }
  private let pace = TickPace(
    first: .nanoseconds(500), busy: .nanoseconds(100), quiet: .nanoseconds(1000))

  @Test func firstTimeDoesNotDependOnWhatHappens() {
    let ticker = ticker(pace)
    #expect(ticker.next(activity: 0) == 1500)
    #expect(ticker.next(activity: 7) == 1500)
  }

  @Test func comesSoonWhereSomethingHasChangedAndLateWhereNothingHas() {
    var ticker = ticker(pace)
    let times: [(Nanoseconds, activity: Int)] = [(1499, 3), (1500, 3)]
    #expect(times.map { ticker.take($0.0, activity: $0.activity) } == [false, true])
    #expect(ticker.next(activity: 3) == 2500)
    #expect(ticker.next(activity: 4) == 1600)
    let later: [(Nanoseconds, activity: Int)] = [(1599, 4), (1650, 4)]
    #expect(later.map { ticker.take($0.0, activity: $0.activity) } == [false, true])
    #expect(ticker.next(activity: 4) == 2650)
  }

  @Test func aFixedPaceHeedsNothing() {
    var ticker = ticker(TickPace(.nanoseconds(10)))
    #expect(ticker.next(activity: 1) == 1010)
    let isTime = ticker.take(1010, activity: 1)
    #expect(isTime)
    #expect(ticker.next(activity: 1) == 1020)
    #expect(ticker.next(activity: 2) == 1020)
  }
}

@Suite struct InputSizesTests {
  @Test func sumsUpFilesAndLetsTheOneBeingReadGrow() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = (0..<3).map { folder.appendingPathComponent("\($0)").path }
    for (number, path) in paths.enumerated() {
      try Data(repeating: 10, count: 10 * (number + 1)).write(to: URL(fileURLWithPath: path))
    }
    let files = paths.map { InputFile.path($0) }
    let sizes = InputSizes(files)
    // Nothing is opened; 4 of the first 10 are read; the first has grown by 5; all is read.
    #expect(sizes.total(read: 0, file: -1, ahead: 0) == 60)
    #expect(sizes.total(read: 4, file: 0, ahead: 6) == 60)
    #expect(sizes.total(read: 4, file: 0, ahead: 11) == 65)
    #expect(sizes.total(read: 65, file: 2, ahead: 0) == 65)
    #expect(InputSizes(files + [.path(folder.path)]).total(read: 0, file: -1, ahead: 0) == nil)
    #expect(
      InputSizes(files + [.path(folder.path + "/none")]).total(read: 0, file: -1, ahead: 0) == 60)

    let open = try Descriptor.open(reading: paths[1])
    var buffer = ByteBuffer()
    _ = try Descriptor.read(open.number, into: &buffer, limit: 5)
    #expect(Descriptor.bytesAhead(open.number) == 15)
    #expect(
      InputSizes([.descriptor(open.number, name: "-")]).total(read: 0, file: -1, ahead: 0) == 15)
  }

  @Test func pipesHaveNoSize() throws {
    let pipe = try VimapSystem.Pipe()
    let sizes = InputSizes([.descriptor(pipe.reading.number, name: "-")])
    #expect(sizes.total(read: 0, file: -1, ahead: 0) == nil)
  }
}
