/// Options of curl, xargs and GNU parallel that people try here, and what they are here.
///
/// Those that vimap has by the same name and for the same thing are not among them.
enum ForeignOptions {
  /// What to give instead of an option; `nil` where it is nobody's.
  static func advice(on option: String) -> String? { table[option] }

  private static let table: [String: String] = {
    var table: [String: String] = [:]
    for (options, advice) in rows {
      for option in options { table[option] = advice }
    }
    return table
  }()

  private static let recordIsBody =
    "the record is the body; --body PATH sends a part of it, --no-body none"

  private static let rows: [([String], String)] = [
    // curl: requests
    (["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"], recordIsBody),
    (["--data-urlencode", "--url-query"], "fill it into the URL: --post 'URL?name={.path}'"),
    (["-F", "--form", "--form-string"], "forms are not sent; \(recordIsBody)"),
    (["-T", "--upload-file"], "give -X PUT; \(recordIsBody)"),
    (["-G", "--get"], "give -X GET --no-body, and --post 'URL?name={.path}'"),
    (["--method"], "give -X METHOD"),
    (["--head"], "give -X HEAD"),
    (["--url", "--uri"], "give --post URL, with -X GET --no-body for a GET"),
    (["--put", "--patch", "--delete"], "give -X METHOD and --post URL"),
    (["-A", "--user-agent"], "give -H 'User-Agent: NAME'"),
    (["-b", "--cookie"], "give -H 'Cookie: NAME=VALUE'; cookies of answers are not kept"),
    (["-c", "--cookie-jar"], "cookies of answers are not kept; give -H 'Cookie: NAME=VALUE'"),
    (["-e", "--referer"], "give -H 'Referer: URL'"),
    (["-r", "--range"], "give -H 'Range: bytes=FIRST-LAST'; for lines of text, -R"),
    (["--oauth2-bearer"], "give -H @FILE, with 'Authorization: Bearer TOKEN' in it"),
    (["-u", "--basic"], "give --user NAME:PASSWORD"),
    (["--netrc-file"], "give --netrc, which reads ~/.netrc"),
    // curl: connections
    (["-L", "--follow"], "give --location"),
    (["-x", "--preproxy"], "give --proxy URL"),
    (["-E"], "give --cert FILE"),
    (["-m", "--max-time"], "give --timeout TIME"),
    (["--http3", "--http1.0"], "give --http1.1, --http2 or none of them"),
    (["-Z", "--parallel", "--parallel-max"], "give --concurrency N"),
    (["--retry-all-errors", "--retry-connrefused"], "give --retry N, and --retry-on LIST"),
    (["--limit-rate"], "give --rate N/s, which counts requests"),
    // curl: answers
    (
      ["-f", "--fail", "--fail-with-body"],
      "a status that is not 2xx is an exception anyway; --accept LIST"
    ),
    (["-i", "--include", "-D", "--dump-header"], "give --response full, which has the headers"),
    (["-w", "--write-out"], "give --meta, or --format"),
    (["-O", "--remote-name"], "give -o FILE; all results go there"),
    (["-s", "--silent", "-S", "--show-error"], "give -q, or --no-progress"),
    (["-g", "--globoff"], "leave it out: in URLs only {} and {.path} are filled in"),
    // xargs and parallel: what runs
    (["-P", "--max-procs"], "give -j N"),
    (
      ["-n", "-N", "--max-args", "--max-lines", "--max-replace-args"],
      "a record is a line; --chunk N hands out N at once, --batch N puts N into a request"
    ),
    (
      ["-I", "-i{}", "--replace", "--rpl"],
      "give --each: {} is the record and {.path} a part of it in COMMAND (curl's -I: -X HEAD)"
    ),
    (
      ["--delimiter", "--recend", "--recstart"], "records end in a line's end, or, with -0, in NUL"
    ),
    (["-a", "--arg-file"], "give the file's name alone"),
    (["-C", "--colsep"], "records are JSON: turn columns into objects first, or give -R"),
    (
      ["--pipe", "--pipepart", "--spreadstdin"],
      "leave it out: a command reads its records line by line"
    ),
    (["--round-robin", "--block"], "leave it out: records go to whichever worker is free"),
    (["--no-run-if-empty"], "leave it out: without records nothing is done"),
    (
      ["--lb", "--line-buffer", "--ungroup", "--group"],
      "leave it out: a result is always a whole line"
    ),
    (["-t", "--interactive", "-p"], "give --dry-run, which prints what would run"),
    (["--tag"], "give --format pair, which has the record beside its result"),
    (["--bar", "--eta"], "give --progress"),
    (["--joblog"], "give --meta, or --stats-json FILE"),
    (["--results"], "give -o FILE"),
    (
      ["--resume", "--resume-failed"],
      "give --failed FILE, and that file as the input of the next run"
    ),
    (["--retries"], "give --retry N"),
    (["--delay"], "give --rate N/s"),
    (["--memfree", "--load"], "give -j N, or --max-worker-rss SIZE"),
    (["--env"], "leave it out: commands have the environment of vimap"),
    (
      ["--sshlogin", "--sshloginfile"], "workers run here; give a command such as ssh HOST COMMAND"
    ),
  ]
}
