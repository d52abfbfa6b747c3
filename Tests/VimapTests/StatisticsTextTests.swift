import Testing
import VimapSystem

@testable import VimapKit
@testable import VimapRecords
@testable import vimap

/// What a person and a program read of a run's statistics, to the letter.
@Suite struct StatisticsTextTests {
  private static func statistics(
    _ times: [(Nanoseconds, Int)] = [], workers: [RunStatistics.Worker] = [],
    waits: RunStatistics.Waits = .init(), elapsed: Duration = .seconds(10),
    failures: [RecordException.Kind: Int] = [:], records: Int = 0
  ) throws -> RunStatistics {
    let table = ServiceTable(memory: try SharedMemory(count: ServiceTable.memorySize))
    for (time, count) in times { table.note(Double(time) / 1e9, count: count) }
    let failed = failures.values.reduce(0, +)
    return RunStatistics(
      records: records, outputs: records - failed, exceptions: failed, failures: failures,
      tries: records + 3, retries: 3, bytesRead: 123_456, bytesWritten: 999,
      elapsed: elapsed, workers: workers, serviceTimes: ServiceTimes([table]), waits: waits)
  }

  private static func worker(
    _ number: Int, busy: Duration = .seconds(9), concurrency: Double? = nil, memory: Int? = 5 << 20
  ) -> RunStatistics.Worker {
    RunStatistics.Worker(
      number: number, records: 1234, busy: busy, restarts: number, peakMemory: memory,
      concurrency: concurrency)
  }

  private static func full() throws -> RunStatistics {
    try statistics(
      [(1_500_000, 1), (3_000_000, 100), (7_000_000, 40), (70_000_000, 2)],
      workers: [worker(0), worker(1, memory: nil)],
      waits: .init(input: .seconds(1), workers: .seconds(7)),
      failures: [.exit: 12, .timeout: 3], records: 2468)
  }

  @Test func table() throws {
    let table = StatisticsTable(statistics: try Self.full(), figures: Figures(isPlain: true))
    #expect(
      table.lines.joined(separator: "\n") == """
        records              2,468  in 10.0 s, 247 a second
        outputs              2,453
        exceptions              15  12 exit, 3 timeout
        tries                2,471  3 of them again
        read               121 KiB
        written              999 B

        worker       records   busy  restarts   peak memory
             0         1,234    90%         0      5.00 MiB
             1         1,234    90%         1             ?

        service time  p50 3.01 ms, p90 7.01 ms, p99 70.0 ms, max 70.0 ms
            1 ms -   2 ms  #                                                       1
            2 ms -   5 ms  ############################################          100
            5 ms -  10 ms  ##################                                     40
           10 ms -  20 ms                                                          0
           20 ms -  50 ms                                                          0
           50 ms - 100 ms  #                                                       2

        waiting for the input 10%, workers 70%, output 0%, pauses 0%; vimap itself 20%
        Most of the time went to waiting for the workers: more of them (-j) may help.
        """)
  }

  @Test func noLineIsLongerThanATerminal() throws {
    for isPlain in [true, false] {
      let kinds = RecordException.Kind.known.reduce(into: [:]) { $0[$1] = 99_999 }
      let statistics = try Self.statistics(
        [(10, 1), (1_000_000_000_000_000, 1)],
        workers: (0..<100).map { Self.worker($0, concurrency: 999.5) }, elapsed: .seconds(1e6),
        failures: kinds, records: 1_000_000_000)
      let table = StatisticsTable(statistics: statistics, figures: Figures(isPlain: isPlain))
      for line in table.lines { #expect(line.count <= 80, "\(line)") }
      #expect(table.lines.contains { $0.contains("and 68 more; --stats-json has them all") })
      #expect(table.lines.joined().utf8.allSatisfy { $0 < 0x80 } == isPlain)
    }
  }

  @Test func sentences() throws {
    let second = Duration.seconds(1)
    let cases: [(RunStatistics.Waits, busy: Double, String)] = [
      (.init(input: second * 6), 1, "Most of the time went to waiting for the input:"),
      (.init(workers: second * 6), 9, "Most of the time went to waiting for the workers: more"),
      (.init(workers: second * 6), 2, "Most of the time went to waiting for the workers, not all"),
      (.init(output: second * 6), 1, "Most of the time went to waiting for the output:"),
      (.init(pauses: second * 6), 1, "Most of the time went to waiting until more was allowed"),
      (
        .init(servers: second * 6), 1,
        "Most of the time went to a pause that a server asked for\n(Retry-After): more"
      ),
      (.init(), 1, "Most of the time went to vimap itself"),
      (
        .init(input: second * 4, workers: second * 3), 1,
        "The largest part of the time went to waiting for the input"
      ),
    ]
    for (waits, busy, beginning) in cases {
      let statistics = try Self.statistics(
        workers: [Self.worker(0, busy: .seconds(busy))], waits: waits)
      let sentence = Bottleneck(statistics).sentence(about: statistics)
      #expect(sentence.hasPrefix(beginning), "\(sentence)")
    }
  }

  @Test func json() throws {
    let json = StatisticsJSON(
      statistics: try Self.full(), outcome: .halted, status: .halted)
    #expect("\(json)".hasPrefix(#"{"outcome":"halted","exit_status":75,"records":2468,"#))
    #expect("\(json)".contains(#""exceptions_by_kind":{"exit":12,"timeout":3},"tries":2471"#))
    #expect("\(json)".contains(#""restarts":1,"peak_memory":null,"concurrency":null}]"#))
    #expect("\(json)".contains(#"{"from":0.001,"to":0.002,"count":1},{"from":0.002,"#))
    #expect("\(json)".hasSuffix(#""bottleneck":"workers"}"#))
  }

  @Test func figures() {
    let plain = Figures(isPlain: true)
    let times: [(Duration, String)] = [
      (.nanoseconds(0), "0 ns"), (.nanoseconds(999), "999 ns"), (.nanoseconds(1000), "1.00 us"),
      (.microseconds(999), "999 us"), (.nanoseconds(999_600), "1.00 ms"),
      (.milliseconds(10), "10.0 ms"), (.seconds(99.9), "99.9 s"), (.seconds(100), "1m 40s"),
      (.seconds(3599), "59m 59s"), (.seconds(3600), "1h 00m"), (.seconds(90_000), "25h 00m"),
    ]
    for (time, text) in times { #expect(plain.time(time) == text) }
    #expect(Figures(isPlain: false).time(.microseconds(5)) == "5.00 µs")
    #expect(
      [0, 1023, 1024, 1 << 20, 1023 << 20].map(plain.bytes)
        == ["0 B", "1023 B", "1.00 KiB", "1.00 MiB", "1.00 GiB"])
    #expect([0, 999, 1000, 1_002_003].map(plain.count) == ["0", "999", "1,000", "1,002,003"])
  }

  @Test func plainWhereTheTerminalIsSo() {
    let cases: [([String], Bool)] = [
      (["LANG=C.UTF-8"], false), (["LANG=de_DE.utf8", "TERM=xterm"], false), ([], true),
      (["LANG=C.UTF-8", "LC_ALL=C"], true), (["LANG=C", "LC_CTYPE=C.UTF-8"], false),
      (["LANG=C.UTF-8", "TERM=dumb"], true), (["LANG=C.UTF-8", "NO_COLOR=1"], true),
      (["LANG=C.UTF-8", "NO_COLOR=", "LC_ALL="], false),
    ]
    for (environment, isPlain) in cases {
      #expect(Figures(environment: environment).isPlain == isPlain, "\(environment)")
    }
  }
}
