import ArgumentParser
import VimapHTTP

/// What is sent to servers, and what is made of their answers.
struct HTTPOptions: ParsableArguments {
  static let rules: [OptionRule] = [
    .needs(
      [
        "--request", "--header", "--body", "--body-text", "--no-body", "--batch",
        "--connect-timeout", "--max-pause", "--accept", "--response", "--expect",
        "--max-response", "--idempotency-key",
      ], "--post"),
    .needs(
      ["--concurrency"],
      .init(
        text: "it goes with --post or --protocol envelope",
        anyOf: ["--post", "--protocol envelope"])),
    .needs(["--concurrency auto"], "--post"),
    .oneOf(["--body", "--body-text", "--no-body"]),
    // A batch has one body for all of its records, and its answer is an array.
    .oneOf(["--batch", "--body-text"]),
    .oneOf(["--batch", "--no-body"]),
    .oneOf(["--batch", "--expect text"], because: "the answer to a batch is an array"),
    .needs(["--batch"], .init(text: "it doesn't go with HEAD", noneOf: ["--request HEAD"])),
    .needs(["--idempotency-key"], .init(text: "a batch can't have one", noneOf: ["--batch"])),
  ]

  // man:
  // Send each record to
  // .Ar url ,
  // of http or https; without a scheme it is http.
  // It may be given again: workers take the URLs in turn, and each keeps to its own.
  // Where
  // .Fl j
  // is less than their number, URLs are left over that get requests only when another
  // cannot be sent to, which is said at the start.
  // A server that cannot be connected to is left out for 1 second, and twice as long
  // each time it still cannot be, up to 60; meanwhile its workers send to the next
  // URL.
  // So they do while a server has asked for a pause with
  // .Li Retry-After ;
  // records that are tried again do not wait for it then.
  // The records that met it become exceptions, unless they are tried again.
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Send each record to this URL, repeatable: workers take the URLs in turn. {.a.b} is a field"
        + " of the record, percent-encoded; {+.a.b} keeps its /?&= as they are. {+.} is a record"
        + " that is a URL.",
      valueName: "url"))
  var post: [String] = []

  // man:
  // The method of the requests.
  // The default is POST.
  // Whatever it is, the record is the body: for a GET as others send it, give
  // .Fl -no-body
  // too.
  @Option(
    name: [.customShort("X"), .customLong("request")],
    help: ArgumentHelp(
      "The method of the requests (default: POST); GET has a body too without --no-body.",
      valueName: "method"))
  var request: String?

  // man:
  // A header, whose value may have placeholders.
  // It may be given again.
  // .Ql @file
  // stands for the headers in that file, one a line; lines that begin with
  // .Ql #
  // are left out.
  // So they are never in the list of processes, and
  // .Fl -dry-run
  // does not show their values.
  // .Ql name\&:
  // leaves out a header that is sent by default, and
  // .Ql name\&;
  // sends one without a value.
  // Headers that say how long a request is, or how it is sent, such as Content-Length and
  // Transfer-Encoding, are refused.
  @Option(
    name: [.customShort("H"), .long], parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A header, repeatable; its value may have placeholders. @FILE has one a line.",
      valueName: "name: value"))
  var header: [String] = []

  // man:
  // Send this part of the record, byte by byte as it stands there.
  // The default is the whole record.
  @Option(
    help: ArgumentHelp(
      "Send this field as JSON (default: the whole record).", valueName: "path"))
  var body: String?

  // man:
  // Send this part of the record, a string, as its text; another value is sent as it
  // stands.
  @Option(
    help: ArgumentHelp("Send this field, a string, as it is.", valueName: "path"))
  var bodyText: String?

  // man:
  // Send no body.
  @Flag(help: "Send no body.")
  var noBody = false

  // man:
  // Send up to
  // .Ar n
  // records in one request, from 1 to 100000, as a JSON array of them, or of their
  // parts at
  // .Fl -body ;
  // see
  // .Sx Batches .
  @Option(
    help: ArgumentHelp(
      "Send so many records in one request, as an array; the answer is an array of as many.",
      valueName: "n"))
  var batch: Int?

  // man: Ar n | Cm auto
  // The requests that each worker has in flight, from 1 to 100000.
  // The default is 8.
  // Each needs up to three open files; where the hard limit
  // .Pq Ql ulimit -Hn
  // does not allow so many,
  // .Nm
  // says how many it does.
  // With
  // .Cm auto
  // each worker goes by what the server bears, from a part of one, which is one with
  // pauses between, to 1000, or a third of the files that may be open: it begins with
  // 8, has more while the server keeps up, and less when it answers with 429 or
  // 503, refuses connections, does not answer in
  // time, or answers half as slowly again as it did of late.
  // It goes with
  // .Fl -protocol Cm envelope
  // too, for the records that a command has at least to work on at once, where there
  // are so many.
  @Option(
    help: ArgumentHelp(
      "Requests in flight for each worker, or records with --protocol envelope (default: 8); auto"
        + " goes by what the server bears. Each needs up to 3 open files.",
      valueName: "n|auto"))
  var concurrency: ConcurrencyCount?

  // man:
  // The longest that connecting may take, which includes looking up the name and
  // TLS.
  // The default is 10s.
  @Option(help: ArgumentHelp("The longest connecting may take (default: 10s).", valueName: "time"))
  var connectTimeout: TimeSpan?

  // man:
  // The longest pause that a server may ask for with
  // .Li Retry-After
  // and get; the default is 1h.
  // Where it asks for a longer one, the record that it answered so is not tried
  // again, and until the pause is over nothing is sent to that host and port: records
  // that would be go to the next
  // .Fl -post
  // whose host has not asked for so long a pause, where several are given, and else become
  // .Sy cancelled
  // at once, with a
  // .Li message
  // that says so.
  // See
  // .Sx HTTP .
  @Option(
    help: ArgumentHelp(
      "The longest pause that a server may ask for with Retry-After and get (default: 1h); where it"
        + " asks for more, its records are exceptions at once.", valueName: "time"))
  var maxPause: TimeSpan?

  // man:
  // The statuses that make an output, such as
  // .Ql 200-299,404 ;
  // any other makes an exception.
  // The default is 200-299.
  @Option(
    help: ArgumentHelp(
      "Statuses that make an output (default: 200-299); any other is an exception.",
      valueName: "list"))
  var accept: String?

  // man:
  // What
  // .Li out
  // is:
  // .Cm full ,
  // which is the default, or
  // .Cm body ;
  // see
  // .Sx HTTP .
  @Option(
    help: ArgumentHelp(
      "What out is: full ({status,headers,body}) or body (default: full).", valueName: "shape"))
  var response: ResponseShape?

  // man: Cm json | text | any
  // What the body of an answer has to be, which is that of an output.
  // Without this it has to be JSON where its
  // .Li Content-Type
  // says so, and may be anything elsewhere.
  // With
  // .Cm json
  // it has to be JSON in any case, with
  // .Cm text
  // it becomes a string even where it is JSON, and with
  // .Cm any
  // it is JSON where it can be read so.
  // What is not as it has to be, most often because it was cut off, becomes an
  // .Sy invalid_output ,
  // which
  // .Fl -retry
  // tries again unless
  // .Fl -retry-on
  // says otherwise.
  @Option(
    help: ArgumentHelp(
      "What bodies have to be: json, text or any (default: JSON where the answer's type says so,"
        + " else any).", valueName: "kind"))
  var expect: ExpectedBody?

  // man:
  // The longest body of an answer, after decompression; a longer one becomes an
  // .Sy invalid_output ,
  // and its connection is closed at once.
  // The default is 16M, the most is 256M.
  // With
  // .Fl -compressed
  // an answer may be packed twice at most, and what comes in and stands between the
  // two may have twice that size and 64 KiB together.
  // The headers of an answer may have 100 KiB, and with those of interim answers and
  // behind its body 300 KiB.
  @Option(
    help: ArgumentHelp(
      "Longest body of an answer, after decompression (default: 16M, most: 256M); a longer one is"
        + " an exception.", valueName: "size"))
  var maxResponse: ByteCount?

  // man:
  // Add the header
  // .Li Idempotency-Key :
  // 32 hexadecimal digits, made from the record's line, without white space around
  // it, and from how many times that line has been in the input before.
  // It is the same for every try of the record and in every run with the same input.
  // .Pp
  // Of lines that are the same, it tells the second from the first only in a run that is
  // given both.
  // Where the second is fed again by itself, from
  // .Fl -failed
  // or with
  // .Ql tail -n +N
  // after a run that was stopped, it has the key of the first: a server that has done what
  // that asked for may answer for it, and do nothing.
  // The first line that comes a second time is therefore told of on standard error.
  // If two such records mean two things, give each an id of its own.
  // .Pp
  // Counting takes 16 to 50 bytes of memory for each different record.
  // It does not go with
  // .Fl -batch .
  @Flag(
    help: ArgumentHelp(
      "Add the header Idempotency-Key, the same for every try of a record."))
  var idempotencyKey = false
}

extension ResponseShape: ExpressibleByArgument {}

extension ExpectedBody: ExpressibleByArgument {}
