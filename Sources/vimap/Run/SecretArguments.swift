import VimapBytes
import VimapHTTP
import VimapSystem

/// What on the command line nobody else is to see, though everybody can list the arguments of
/// processes.
struct SecretArguments {
  /// Values of options, each with where its secret is in it, in bytes.
  private var secrets: [(value: String, secret: Range<Int>)] = []

  init(_ options: VimapCommand) {
    if options.http.post.isEmpty { return }
    let connection = options.connection
    if let user = connection.user { add(user, from: user.startIndex) }
    if let cert = connection.cert, let password = ClientCertificate(cert).password {
      add(cert, from: cert.index(cert.endIndex, offsetBy: -password.count))
    }
    for url in options.http.post + [connection.proxy].compactMap(\.self) {
      if let secret = Redaction.credentials(in: url) {
        add(url, from: secret.lowerBound, to: secret.upperBound)
      }
    }
    // Which of the others is secret only their server knows.
    for header in options.http.header where !header.hasPrefix("@") {
      if let colon = header.firstIndex(of: ":") { add(header, from: header.index(after: colon)) }
    }
    for bound in options.pool.initArguments {
      let text = "\(bound.name)=\(bound.value)"
      add(text, from: text.index(text.endIndex, offsetBy: -bound.value.count))
    }
  }

  private mutating func add(_ value: String, from start: String.Index, to end: String.Index? = nil)
  {
    let end = end ?? value.endIndex
    let before = String(value[..<start]).withSystemBytes(\.count)
    let length = String(value[start..<end]).withSystemBytes(\.count)
    secrets.append((value, before..<before + length))
  }

  /// Writes stars over them, in this process and in all that it forks from now on.
  func cover() {
    for (value, secret) in secrets { Process.coverArguments(endingWith: value, secret: secret) }
  }
}
