import Testing

@testable import VimapExec

/// What is noticed about arguments, by its kind and the placeholder that it is about.
private func found(_ manner: ArgumentCheck.Manner, _ words: String...) -> [String] {
  ArgumentCheck(words, manner).problems.map { problem in
    switch problem {
    case .misspelt(let form, let correction): "misspelt \(form) \(correction)"
    case .parallels(let form): "parallels \(form)"
    case .notFilledIn(let form): "not filled in \(form)"
    case .inShellText(let form): "shell text \(form)"
    case .behindDollar(let form): "dollar \(form)"
    case .run(let form, let text): "run \(form) \(text.argument)"
    case .takenFrom(let form, let program): "taken \(form) \(program)"
    }
  }
}

@Suite struct ArgumentCheckTests {
  @Test(arguments: [
    ("{file}", "{.file}"), ("{user.id}", "{.user.id}"), ("{items[0].id}", "{.items[0].id}"),
    ("out/{id}.png", "{.id}"), ("--name={first_name}", "{.first_name}"), ("{/file}", "{/.file}"),
    ("{//a.b}", "{//.a.b}"), ("http://h/{id}?x=1", "{.id}"), ("{ .file }", "{.file}"),
    ("Hello {name}!", "{.name}"),
  ])
  func aForgottenDotIsFound(word: String, correction: String) {
    for manner in [ArgumentCheck.Manner.each, .kept] {
      let problems = ArgumentCheck(["convert", word], manner).problems
      guard case .misspelt(let form, let better)? = problems.first else {
        Issue.record("\(word): \(problems)")
        continue
      }
      #expect(problems.count == 1)
      #expect(word.contains(form))
      #expect(better == correction)
    }
  }

  @Test(arguments: ["{1}", "{-1}", "{1/.}", "x{2.}", "{= s/a/b/ =}", "{+/}", "{...}"])
  func whatOnlyGNUParallelHas(word: String) {
    #expect(found(.each, "convert", word).count == 1)
    #expect(found(.kept, "convert", word).first?.hasPrefix("parallels ") == true)
  }

  @Test(arguments: [
    "{}", "{.file}", "out/{/.file}", "{.a}-{.b}", "{#}.txt", "{%}", "{/}", "{//}", "{/.}",
    "{..file}", "{init.model}", "{.items[0]}", "say {.name}", "--in={.path}", "--in={}",
  ])
  func aPlaceholderInACommandThatIsKept(word: String) {
    #expect(found(.kept, "convert", word).first?.hasPrefix("not filled in {") == true)
    #expect(found(.each, "convert", word) == [])
  }

  /// Braces that other tools have.
  @Test(arguments: [
    ["jq", "-c", "{a: .b}"], ["jq", "{id}"], ["jq", "-c", "{name, id}"], ["jq", "{}"],
    ["stdbuf", "-oL", "jq", "-c", ".x // {}"], ["gojq", "{id}"], ["/usr/bin/jq", "{$x}"],
    ["awk", "{print $1}"], ["awk", "{print}"], ["gawk", "-F:", "{next}"], ["sed", "-n", "/a/{p}"],
    ["find", ".", "-exec", "cat", "{}", ";"], ["xargs", "-I{}", "cp", "{}", "{}.bak"],
    ["parallel", "echo", "{/.}"], ["fd", "-x", "convert", "{}", "{.}.png"],
    ["worker", "{\"a\":{}}"], ["worker", "[{}]"], ["worker", "--config", "{}"],
    ["worker", "--options={}"], ["curl", "-d", "{}"], ["worker", "{\"a\": {x}}"],
    ["worker", "${x}"], ["worker", "${#}"], ["worker", "${x}/{a,b}"], ["worker", "{1..3}"],
    ["worker", "a{2,3}"], ["worker", "[0-9]{3}"], ["worker", "(a){3}"], ["worker", "{ }"],
    ["docker", "inspect", "--format", "{{.State}}"], ["worker", "{{name}}"],
    ["kubectl", "get", "-o", "jsonpath={.metadata.name}"], ["git", "show", "pending@{0}"],
    ["git", "log", "HEAD@{upstream}"], ["curl", "-w", "%{http_code}"], ["perl", "-ne", "{print}"],
    ["python3", "-c", "print(f'{x}', {})"], ["python3", "-c", "{.x}"], ["node", "-e", "({id})"],
    ["worker", "f(){ a; }"], ["worker", "{a b}"], ["worker", "{a:1}"], ["worker", "\\{id}"],
    ["ruby", "-e", "p {}"], ["bash", "-c", "x() { echo; }; for i in {1..3}; do x ${i}; done"],
    ["sh", "-c", "jq -c '{id}' | awk '{print}' | while read l; do echo \"${l#{}\"; done"],
    ["sh", "-c", "find . -exec cat {} +"], ["sh", "-c", "echo {\\\"a\\\":1}"],
  ])
  func bracesOfOthers(words: [String]) {
    #expect(ArgumentCheck(words, .kept).problems == [])
    if words.first == "sh" || words.first == "bash" {
      #expect(ArgumentCheck([words[2]], .shell).problems == [])
    }
  }

  @Test func nothingIsFilledIntoAShellsText() {
    #expect(found(.shell, "convert {.file} out.png") == ["shell text {.file}"])
    #expect(found(.shell, "cat | wc -l \"{.a.b}\"") == ["shell text {.a.b}"])
    #expect(found(.shell, "if true; then convert {} x; fi") == ["shell text {}"])
    #expect(found(.shell, "X=1 convert {/.file}") == ["shell text {/.file}"])
    #expect(found(.shell, "convert {file}") == ["misspelt {file} {.file}"])
    #expect(found(.kept, "sh", "-c", "convert {.file}") == ["shell text {.file}"])
    #expect(found(.kept, "env", "A=1", "bash", "-lc", "x {}") == ["shell text {}"])
    #expect(found(.each, "sh", "-c", "convert {file}") == ["misspelt {file} {.file}"])
  }

  @Test func bracesBehindADollar() {
    #expect(found(.each, "echo", "${.price}") == ["dollar {.price}"])
    #expect(found(.each, "sh", "-c", "echo ${#} ${x} $#") == [])
    #expect(found(.each, "echo", "${#}") == [])
  }

  @Test func whatAnotherProgramWouldFillIn() {
    #expect(found(.each, "find", "{.dir}", "-exec", "cat", "{}", ";") == ["taken {} find"])
    #expect(found(.each, "xargs", "-I{}", "cp", "{}", "x") == ["taken {} xargs"])
  }

  /// The number of the argument that is run.
  @Test(arguments: [
    (["sh", "-c", "echo {.x}"], 2), (["/bin/bash", "-lc", "echo {.x}"], 2),
    (["dash", "-ec", "echo {.x}"], 2), (["bash", "-euo", "pipefail", "-c", "x {.x}"], 4),
    (["bash", "-o", "pipefail", "-c", "x {}"], 4), (["zsh", "-c", "--", "x {/.x}"], 3),
    (["fish", "-c", "x {.x}"], 2), (["fish", "--command=x {.x}"], 1),
    (["busybox", "sh", "-c", "x {.x}"], 3), (["env", "A=1", "sh", "-c", "x {.x}"], 4),
    (["env", "-i", "-u", "X", "ksh", "-c", "{.x}"], 6), (["env", "-S", "sh {.x}"], 2),
    (["nohup", "sh", "-c", "{.x}"], 3), (["nice", "-n", "5", "sh", "-c", "{.x}"], 5),
    (["timeout", "-k", "5", "10", "sh", "-c", "{.x}"], 6), (["setsid", "sh", "-c", "{.x}"], 3),
    (["sudo", "-u", "me", "sh", "-c", "{.x}"], 5), (["xargs", "-n1", "sh", "-c", "{.x}"], 4),
    (["find", ".", "-exec", "sh", "-c", "{.x}", ";"], 5),
    (["docker", "exec", "c", "sh", "-c", "{.x}"], 5),
    (["python3", "-c", "print('{.x}')"], 2), (["python3.12", "-uc", "{.x}"], 2),
    (["python", "-cprint({.x})"], 1), (["perl", "-e", "{.x}"], 2), (["perl", "-lane", "{.x}"], 2),
    (["perl", "-MList::Util=sum", "-E", "{.x}"], 3), (["perl", "-pi", "-e", "{.x}"], 3),
    (["ruby", "-rjson", "-e", "{.x}"], 3), (["node", "-e", "{.x}"], 2),
    (["node", "-pe", "{.x}"], 2), (["node", "--eval={.x}"], 1), (["php", "-r", "{.x}"], 2),
    (["ssh", "host", "ls {.x}"], 2), (["ssh", "-p", "22", "host", "ls", "{.x}"], 5),
    (["su", "-c", "{.x}"], 2), (["su", "-", "me", "-c", "{.x}"], 4),
    (["runuser", "me", "--command={.x}"], 2), (["eval", "echo", "{.x}"], 2),
    (["sh", "-c", "eval \"$1\"", "sh", "{.x}"], 2), (["awk", "{print \"{.x}\"}"], 1),
    (["jq", "--arg", "a", "b", "{.x}"], 4), (["sed", "-n", "s/a/{.x}/"], 2),
    (["sed", "-e", "p", "-e", "s/a/{.x}/"], 4), (["sqlite3", "db", "select '{.x}'"], 2),
    (["psql", "-d", "db", "-c", "select {.x}"], 4), (["watch", "-n", "1", "ls {.x}"], 3),
    (["flock", "lock", "-c", "x {.x}"], 3), (["parallel", "echo {.x}"], 1),
  ])
  func textOfAProgram(words: [String], place: Int) {
    let problems = ArgumentCheck(words, .each).problems
    guard case .run(_, let text)? = problems.first else {
      Issue.record("\(words): \(problems)")
      return
    }
    #expect(text.argument == place)
  }

  @Test(arguments: [
    ["sh", "-c", "echo \"$1\"", "sh", "{.x}"], ["sh", "script.sh", "{.x}"], ["sh", "-c", "x {#}"],
    ["sh", "-c", "x {init.y} {%}", "sh", "{.x}"], ["python3", "x.py", "-c", "{.x}"],
    ["python3", "-c", "import sys", "{.x}"], ["python3", "-m", "json.tool", "{.x}"],
    ["perl", "-ne", "print", "{.x}"], ["perl", "-MO=x", "f.pl", "{.x}"],
    ["ruby", "-e", "p ARGV", "{.x}"], ["node", "x.js", "{.x}"], ["grep", "sed", "{.x}"],
    ["grep", "-e", "{.x}"], ["awk", "-v", "x={.x}", "{print x}"], ["awk", "-f", "x.awk", "{.x}"],
    ["jq", "--arg", "x", "{.x}", "$x"], ["sed", "-f", "x.sed", "{.x}"], ["sed", "p", "{.x}"],
    ["sqlite3", "{.x}"], ["ssh", "-l", "{.x}", "host"], ["env", "X={.x}", "sh", "x.sh"],
    ["cp", "{.x}", "eval"], ["timeout", "5", "cat", "{.x}"], ["su", "me", "{.x}"],
  ])
  func noTextOfAProgram(words: [String]) {
    #expect(ArgumentCheck(words, .each).problems == [])
  }
}
