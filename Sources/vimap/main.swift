import VimapSystem

// This comes first: the request for a status line may come early, or go to every process of this
// name.
Signals.ignoreStatusRequests()
let status = Program.run(SystemProcess.arguments.dropFirst())
SystemProcess.exitNow(status.code)
