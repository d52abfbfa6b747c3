import VimapSystem

// First of all: whoever asks for the status line may be early, or ask every process of that name.
Signals.ignoreStatusRequests()
let status = Program.run(SystemProcess.arguments.dropFirst())
SystemProcess.exitNow(status.code)
