// Asks a service that is slow and not to be relied on, through workers that each talk to a server
// of their own. Of 60 requests some are refused at first, some make the worker crash or wait for
// ever; each comes out once all the same, with an answer or with the reason why there is none.
//
//   swift run --package-path examples slow-service
//
// The service is simulated in the worker: see `Server`. The program goes on while it waits.

import Foundation
import VimapKit

struct Refusal: Error, Codable {
  var isForGood: Bool
}

/// Stands for a server. What is tried once only is known by a file, as a worker that is new knows
/// nothing of what the one before it did.
struct Server {
  let name: String
  let folder: URL

  func isFirstTry(of request: Int) -> Bool {
    mkdir(folder.appendingPathComponent("\(request)").path, 0o700) == 0
  }

  func answer(_ request: Int) throws -> String {
    Thread.sleep(forTimeInterval: 0.01)
    switch request {
    case 7, 27, 47: if isFirstTry(of: request) { throw Refusal(isForGood: false) }
    case 13: if isFirstTry(of: request) { kill(getpid(), SIGKILL) }
    case 31: kill(getpid(), SIGKILL)
    case 42: while true { Thread.sleep(forTimeInterval: 1) }
    case 50: throw Refusal(isForGood: true)
    default: break
    }
    return "\(request * request) from \(name)"
  }
}

/// A worker. Its server is a bound argument; the session is opened in its own process.
struct Client: Worker {
  let server: Server
  var answered = 0

  mutating func start() throws { say("\(server.name): connected") }

  mutating func process(_ request: Int) throws -> String {
    let answer = try server.answer(request)
    answered += 1
    return answer
  }

  mutating func finish() { say("\(server.name): disconnected after \(answered) answers") }
}

func say(_ text: String) {
  FileHandle.standardError.write(Data("slow-service: \(text)\n".utf8))
}

// MARK: - The program

let folder = FileManager.default.temporaryDirectory
  .appendingPathComponent("slow-service-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)

var options = PoolOptions()
options.timeLimit = .milliseconds(500)
options.retries = 2
options.retryWhen = { error in error.value(as: Refusal.self)?.isForGood != true }
// A worker's process is replaced after so many requests, as one that leaks had better be.
options.recycleAfter = 20

let clients = ["alpha", "beta", "gamma"].map { Client(server: Server(name: $0, folder: folder)) }
let pool = try Pool.fork(clients, options: options)

// From here on the program may have threads. This task runs while the loop below waits.
let clock = Task {
  while (try? await Task.sleep(for: .milliseconds(500))) != nil {
    say("\(pool.progress.done) answered so far")
  }
}

var timesOut: [Int: Int] = [:]
var answers = 0
var failures: [Int: String] = [:]
for try await (request, result) in try pool.imap(0..<60).results {
  timesOut[request, default: 0] += 1
  switch result {
  case .success: answers += 1
  case .failure(let error):
    failures[request] = "\(error.kind), tries: \(error.attempts), \(error.message)"
  }
}
clock.cancel()
try await pool.close()
try FileManager.default.removeItem(at: folder)

print("\(answers) requests were answered, and \(failures.count) were not:")
for (request, reason) in failures.sorted(by: { $0.key < $1.key }) {
  print("  request \(request): \(reason)")
}
let isComplete = timesOut == Dictionary(uniqueKeysWithValues: (0..<60).map { ($0, 1) })
print(isComplete ? "Each came out once." : "Some came out more than once, or never: \(timesOut)")
exit(isComplete ? 0 : 1)
