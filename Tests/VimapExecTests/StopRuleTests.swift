import Testing
import VimapSystem

@testable import VimapExec

@Suite struct StopRuleTests {
  @Test func oneThatWantsTheTerminalIsContinuedOnce() throws {
    var rule = StopRule()
    let wantsTerminal = try #require(Signals.number("TTIN"))
    #expect(rule.response(to: wantsTerminal, answered: 0) == .goOn)
    #expect(rule.response(to: wantsTerminal, answered: 0) == .end)
  }

  @Test func onceMoreWhereItHasAnsweredMeanwhile() throws {
    var rule = StopRule()
    let wantsTerminal = try #require(Signals.number("TTOU"))
    #expect(rule.response(to: wantsTerminal, answered: 2) == .goOn)
    #expect(rule.response(to: wantsTerminal, answered: 3) == .goOn)
    #expect(rule.response(to: wantsTerminal, answered: 3) == .end)
  }

  @Test(arguments: ["STOP", "TSTP"])
  func oneThatSomebodyHasStoppedIsTheirs(_ name: String) throws {
    var rule = StopRule()
    let signal = try #require(Signals.number(name))
    for _ in 0..<3 { #expect(rule.response(to: signal, answered: 0) == .leave) }
  }
}
