import VimapBytes
import VimapHTTP
import VimapSystem

/// What on the command line nobody else is to see, though everybody can list the arguments of
/// processes.
struct SecretArguments {
  /// Values of options, each with where its secrets are in it, in bytes.
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
    // Which of the others is secret only their server knows.
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

  /// - Parameter secret: what the value ends with.
  private mutating func add(_ value: String, last secret: String) {
    let scalars = value.unicodeScalars
    let start = scalars.index(scalars.endIndex, offsetBy: -secret.unicodeScalars.count)
    add(value, [start..<scalars.endIndex])
  }

  /// Writes stars over them, in this process and in all that it forks from now on.
  func cover() {
    for (value, secrets) in values {
      SystemProcess.coverArguments(endingWith: value, secrets: secrets)
    }
  }
}

extension String {
  /// How many bytes of a text of the system there are before a place.
  fileprivate func systemBytes(to end: Index) -> Int {
    String(unicodeScalars[..<end]).withSystemBytes(\.count)
  }
}
