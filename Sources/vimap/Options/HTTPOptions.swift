import ArgumentParser
import VimapHTTP

struct HTTPOptions: ParsableArguments {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Send each record to this URL, repeatable: workers take the URLs in turn. {.a.b} is a field"
        + " of the record, percent-encoded; {+.a.b} keeps its /?&= as they are. {+.} is a record"
        + " that is a URL.",
      valueName: "url"))
  var post: [String] = []

  @Option(
    name: [.customShort("X"), .customLong("request")],
    help: ArgumentHelp(
      "The method of the requests (default: POST); GET has a body too without --no-body.",
      valueName: "method"))
  var request: String?

  @Option(
    name: [.customShort("H"), .long], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A header, repeatable; its value may have placeholders. @FILE has one a line.",
      valueName: "name: value"))
  var header: [String] = []

  @Option(
    help: ArgumentHelp(
      "Send this field as JSON (default: the whole record).", valueName: "path"))
  var body: String?

  @Option(
    help: ArgumentHelp("Send this field, a string, as it is.", valueName: "path"))
  var bodyText: String?

  @Flag(help: "Send no body.")
  var noBody = false

  @Option(
    help: ArgumentHelp(
      "Send so many records in one request, as an array; the answer is an array of as many.",
      valueName: "n"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Requests in flight for each worker, or records with --protocol envelope (default: 8); auto"
        + " goes by what the server bears. Each needs up to 3 open files.",
      valueName: "n|auto"))
  var concurrency: ConcurrencyCount?

  @Option(help: ArgumentHelp("The longest connecting may take (default: 10s).", valueName: "time"))
  var connectTimeout: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "The longest pause that a server may ask for with Retry-After and get (default: 1h); where it"
        + " asks for more, its records are exceptions at once.", valueName: "time"))
  var maxPause: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "Statuses that make an output (default: 200-299); any other is an exception.",
      valueName: "list"))
  var accept: String?

  @Option(
    help: ArgumentHelp(
      "What out is: full ({status,headers,body}) or body (default: full).", valueName: "shape"))
  var response: ResponseShape?

  @Option(
    help: ArgumentHelp(
      "What bodies have to be: json, text or any (default: JSON where the answer's type says so,"
        + " else any).", valueName: "kind"))
  var expect: ExpectedBody?

  @Option(
    help: ArgumentHelp(
      "Longest body of an answer, after decompression (default: 16M, most: 256M); a longer one is"
        + " an exception.", valueName: "size"))
  var maxResponse: ByteCount?

  @Flag(
    help: ArgumentHelp(
      "Add the header Idempotency-Key, the same for every try of a record."))
  var idempotencyKey = false

  /// The first option that only means something to the HTTP worker, if one was given.
  var given: String? {
    let options: [(String, Bool)] = [
      ("--request", request != nil), ("--header", !header.isEmpty), ("--body", body != nil),
      ("--body-text", bodyText != nil), ("--no-body", noBody), ("--batch", batch != nil),
      ("--connect-timeout", connectTimeout != nil), ("--max-pause", maxPause != nil),
      ("--accept", accept != nil), ("--response", response != nil), ("--expect", expect != nil),
      ("--max-response", maxResponse != nil),
      ("--idempotency-key", idempotencyKey),
    ]
    return options.first(where: \.1)?.0
  }
}

extension ResponseShape: ExpressibleByArgument {}

extension ExpectedBody: ExpressibleByArgument {}
