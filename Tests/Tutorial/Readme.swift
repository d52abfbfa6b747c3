// The code of the README's section on the library.

import VimapKit

struct Scaler: Worker {
  let factor: Int  // bound when the worker is made

  mutating func process(_ input: Int) throws -> Int { input * factor }
}

@MainActor func readme() async throws {
  let pool = try Pool.fork([Scaler(factor: 10), Scaler(factor: 10)])
  for try await (input, output) in try pool.imap(1...100) {
    print(input, output)
  }
  try await pool.close()
}
