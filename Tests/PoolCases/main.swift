import VimapKit

struct Doubler: Worker {
  let factor: Int
  func process(_ input: Int) throws -> Int { input * factor }
}

let pool = try Pool.fork([Doubler(factor: 2), Doubler(factor: 2), Doubler(factor: 2)])
var sum = 0
for (i, o) in try pool.imap(1...10).zipInOut(closeIfDone: false) { print(i, o); sum += o }
print(sum)
for try await (i, o) in try pool.imap(["a", "bcd"], pretransform: { $0.count }).zipInOut() { print(i, o) }
print(pool.isClosed)

struct Bad: Error, Codable { var x: Int }
let p2 = try Pool.fork(jobs: 2, options: {var o = PoolOptions(); o.allowsThreads = true; return o}()) { (x: Int) in if x % 3 == 0 { throw Bad(x: x) }; if x == 5 { fatalError("x") }; return "\(x)" }
for r in try p2.imap(0..<8).zipInOutTyp() { print(r); if let e = r.error { print(e.formattedException, e.value(as: Bad.self) as Any)} }
