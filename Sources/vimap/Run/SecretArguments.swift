import VimapBytes
import VimapHTTP
import VimapSystem

/// The secrets on the command line. They must be hidden, since every user can list the arguments of
/// processes.
struct SecretArguments {
  /// Values of options, each with the byte ranges of its secrets.
  private var values: [(value: String, secrets: [Range<Int>])] = []

  init(_ options: VimapCommand) {
    if options.http.post.isEmpty { return }
    let connection = options.connection
    if let user = connection.user { add(user, last: user) }
    if let cert = connection.cert, let password = ClientCertificate(cert).password {
      add(cert, last: password)
    }
    for url in options.http.post + [connection.proxy].compactMap(\.self) {
      add(url, Redaction.secrets(in: url))
    }
    // Only the server knows which other headers are secret, so all are hidden.
    for header in options.http.header where !header.namesFile {
      let text = header.unicodeScalars
      if let colon = text.firstIndex(of: ":") {
        add(header, [text.index(after: colon)..<text.endIndex])
      }
    }
    for bound in options.pool.initArguments {
      add("\(bound.name)=\(bound.value)", last: bound.value)
    }
  }

  private mutating func add(_ value: String, _ secrets: [Range<String.Index>]) {
    let secrets = secrets.map { secret in
      value.systemBytes(to: secret.lowerBound)..<value.systemBytes(to: secret.upperBound)
    }
    values.append((value, secrets))
  }

  /// - Parameter secret: the end of the value.
  private mutating func add(_ value: String, last secret: String) {
    let scalars = value.unicodeScalars
    let start = scalars.index(scalars.endIndex, offsetBy: -secret.unicodeScalars.count)
    add(value, [start..<scalars.endIndex])
  }

  /// Overwrites them with stars, in this process and in all that it forks from now on.
  func cover() {
    for (value, secrets) in values {
      SystemProcess.coverArguments(endingWith: value, secrets: secrets)
    }
  }
}

extension String {
  /// The number of bytes of a system text before a place.
  fileprivate func systemBytes(to end: Index) -> Int {
    String(unicodeScalars[..<end]).withSystemBytes(\.count)
  }
}
