import Glibc

// One case a process: what a pool does to the process it is in can then be seen, and a case that
// hangs takes no other with it.

let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "--list" {
  for listed in PoolCase.all { print(listed.name, listed.says ?? "", separator: "\t") }
  exit(0)
}
guard let name = arguments.first, let chosen = PoolCase.all.first(where: { $0.name == name }) else {
  complain("usage: pool-cases --list | pool-cases NAME")
  exit(2)
}
if let failure = await chosen.run() {
  complain(failure)
  exit(1)
}
