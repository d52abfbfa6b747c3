import VimapSystem

let status = Program.run(CommandLine.arguments.dropFirst())
Process.exitNow(status.code)
