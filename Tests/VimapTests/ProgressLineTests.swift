import Testing
import VimapKit
import VimapRecords

@testable import vimap

/// What the line about a run's progress says, by width.
@Suite struct ProgressLineTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let columns: Int
    var isUnknown = false
    var failures = 0
    var waiting = 0
    var isStopping = false
    var paused: [PoolStatus.PausedKey] = []
    let text: String

    var testDescription: String { name }

    var line: ProgressLine {
      var status = PoolStatus()
      status.records = 1200
      status.outputs = 1000 - failures
      status.failures = failures
      status.inFlight = 8
      status.waiting = waiting
      status.bytes = 6 << 20
      status.totalBytes = isUnknown ? nil : 10 << 20
      status.isStopping = isStopping
      status.pausedKeys = paused
      status.elapsed = .seconds(3723)
      return ProgressLine(status: status, rate: 42.25, remaining: isUnknown ? nil : 75)
    }
  }

  static let cases = [
    Case(
      name: "wide", columns: 120,
      text: " 50%  [===============>                ]  1000 records   42.3/s  0 failed  "
        + "8 in flight  6.0M of 10M  1:02:03  1:15 left"),
    Case(
      name: "very wide: the bar grows to a limit", columns: 200,
      text: " 50%  [==================>                   ]  1000 records   42.3/s  0 failed  "
        + "8 in flight  6.0M of 10M  1:02:03  1:15 left"),
    Case(
      name: "the bar is worth more than bytes", columns: 92,
      text: " 50%  [=======>         ]  1000 records   42.3/s  0 failed  8 in flight  1:02:03"
        + "  1:15 left"),
    Case(
      name: "usual", columns: 80,
      text: " 50%  1000 records   42.3/s  0 failed  8 in flight  1:02:03  1:15 left"),
    Case(
      name: "usual, with failures", columns: 80, failures: 12, waiting: 3,
      text: " 50%  1000 records   42.3/s  12 failed  3 to be tried again  1:02:03  1:15 left"),
    Case(
      name: "narrow: failures are not left out", columns: 40, failures: 12,
      text: " 50%  1000 records  12 failed"),
    Case(
      name: "narrow, without failures", columns: 40,
      text: " 50%  1000 records   42.3/s  1:15 left"),
    Case(name: "very narrow", columns: 20, failures: 12, text: "1000 records"),
    Case(name: "hardly anything", columns: 8, text: "1000 re"),
    Case(name: "nothing", columns: 1, text: ""),
    Case(
      name: "of unknown size", columns: 80, isUnknown: true,
      text: "1000 records   42.3/s  0 failed  8 in flight  6.0M  1:02:03"),
    Case(
      name: "a server wants to be left alone", columns: 80,
      paused: [.init(key: "example:80", left: .seconds(3599.5))],
      text: " 50%  1000 records   42.3/s  1:02:03  example:80 paused for 1:00:00"),
    Case(
      name: "several do", columns: 80,
      paused: [.init(key: "a:80", left: .seconds(7)), .init(key: "b:80", left: .seconds(9))],
      text: " 50%  1000 records   42.3/s  8 in flight  1:02:03  2 hosts paused for 0:09"),
    Case(
      name: "stopping", columns: 80, isStopping: true,
      text: " 50%  1000 records   42.3/s  0 failed  8 in flight  1:02:03  stopping"),
  ]

  @Test(arguments: cases)
  func saysWhatThereIsRoomFor(_ expected: Case) {
    #expect(expected.line.shown(columns: expected.columns, colours: false).text == expected.text)
  }

  @Test func neverFillsTheLastColumn() {
    for columns in 1...250 {
      for line in Self.cases.map(\.line) {
        #expect(line.shown(columns: columns, colours: false).text.count < columns)
      }
    }
  }

  @Test func failuresAreRedAndTakeNoMoreRoom() {
    let line = Self.cases[5].line
    let plain = line.shown(columns: 40, colours: false).text
    let coloured = line.shown(columns: 40, colours: true).text
    #expect(coloured == plain.replacing("12 failed", with: "\u{1B}[31m12 failed\u{1B}[m"))
  }

  @Test func nothingIsLeftOutOfAFile() {
    #expect(
      Self.cases[4].line.plainText
        == "50%, 1000 records, 42.3/s, 12 failed, 3 to be tried again, 8 in flight, 6.0M of 10M,"
        + " 1:02:03, 1:15 left")
  }

  @Test func summaryHasTheWholeRun() {
    #expect(
      Self.cases[5].line.summary == "1000 records in 1:02:03, 0.27/s, 6.0M, 12 failed")
  }

  @Test(arguments: [
    (0.0, "0.00/s"), (0.004, "0.00/s"), (9.994, "9.99/s"), (9.996, "10.0/s"), (99.94, "99.9/s"),
    (99.96, "100/s"), (99_999, "99999/s"), (99_999.9, "100k/s"), (2_345_678, "2346k/s"),
    (23_456_789, "23M/s"),
  ])
  func ratesHaveFiveCharacters(_ rate: Double, _ text: String) {
    var line = Self.cases[10].line
    line.rate = rate
    #expect(line.plainText.contains(", \(text), "))
  }

  @Test(arguments: [
    (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0K"), (10_188, "9.9K"), (10_189, "10K"),
    (1_048_063, "1023K"), (1_048_064, "1.0M"), (5 << 40, "5.0T"), (5000 << 40, "5000T"),
  ])
  func sizesAreShort(_ bytes: Int, _ text: String) {
    var status = PoolStatus()
    status.bytes = bytes
    #expect(ProgressLine(status: status).plainText.contains(", \(text), "))
  }

  @Test func percentIsOfWhatIsFinished() {
    var status = PoolStatus()
    status.totalBytes = 100
    #expect(status.share == 0)
    status.records = 10
    status.bytes = 100
    #expect(status.share == 0)
    status.outputs = 4
    status.failures = 1
    #expect(status.share == 0.5)
    status.totalBytes = 50
    #expect(status.share == 0.5)
    status.outputs = 9
    #expect(status.share == 1)
    status.totalBytes = nil
    #expect(status.share == nil)
  }
}

@Suite struct RateMeterTests {
  @Test func looksAtTheLastSecondsOnly() throws {
    var meter = RateMeter(window: 5)
    #expect(meter.perSecond == nil)
    for second in 1...100 { meter.note(Double(second) * 10, at: Double(second)) }
    #expect(try abs(#require(meter.perSecond) - 10) < 0.001)
    for second in 101...110 { meter.note(1000, at: Double(second)) }
    #expect(meter.perSecond == 0)
  }

  @Test func saysSomethingFromTheFirstMomentOn() throws {
    var meter = RateMeter(window: 5)
    meter.note(20, at: 0.5)
    #expect(meter.perSecond == 40)
  }

  @Test func keepsFewSamplesHoweverOftenItIsTold() throws {
    var meter = RateMeter(window: 5)
    for step in 1...100_000 { meter.note(Double(step), at: Double(step) / 1000) }
    #expect(try abs(#require(meter.perSecond) - 1000) < 1)
    #expect(meter.count <= 25)
  }
}
