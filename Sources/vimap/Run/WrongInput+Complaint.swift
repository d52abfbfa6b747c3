import VimapBytes
import VimapKit
import VimapRecords

extension WrongInput {
  /// What the input is, and a command that turns it into lines of JSON.
  var complaint: String {
    let (what, remedy) = words
    return "\(file.onOneLine(atMost: 100)): \(what)\(remedy.map { ": \($0)" } ?? "")"
  }

  private var words: (what: String, remedy: String?) {
    switch look {
    case .gzip: ("it is compressed (gzip)", filtered("zcat"))
    case .zstd: ("it is compressed (zstd)", filtered("zstd -dc"))
    case .xz: ("it is compressed (xz)", filtered("xz -dc"))
    case .bzip2: ("it is compressed (bzip2)", filtered("bzip2 -dc"))
    case .zip: ("it is a zip archive", isStandardInput ? filtered("funzip") : piped("unzip -p"))
    case .parquet:
      (
        "it is a Parquet file",
        isStandardInput
          ? "give it to a program that writes JSON lines, such as pandas' to_json(orient='records',"
            + " lines=True)"
          : """
          python3 -c 'import pandas, sys; pandas.read_parquet(sys.argv[1]).to_json(sys.stdout, \
          orient="records", lines=True)' \(quotedFile) | vimap ...
          """
      )
    case .encoded(let name):
      ("it is in \(name.uppercased()), not in UTF-8", filtered("iconv -f \(name) -t utf-8"))
    case .columns(let separator, let hasNames):
      (
        separator == "\t" ? "it looks like TSV" : "it looks like CSV",
        filtered(Self.columns(separator, hasNames))
      )
    case .yaml:
      (
        "it looks like YAML",
        filtered(
          "python3 -c 'import json, sys, yaml; [print(json.dumps(d, default=str)) for d in"
            + " yaml.safe_load_all(sys.stdin)]'")
      )
    case .xml:
      ("it looks like XML", "turn it into lines of JSON first, or give -R for lines of text")
    case .html: ("it looks like HTML", "it may be a server's error page (curl -f fails on these)")
    case .endedByNUL: ("its records seem to end in NUL", "give -0")
    case .binary: ("it is no text", "turn it into lines of JSON first")
    case .logLine, .plainText:
      (
        look == .logLine ? "it looks like a log" : "it looks like plain text",
        "give -R, which makes a string of each line"
      )
    case .partOfObject:
      ("it looks like JSON that is written on several lines", filtered("jq -c ."))
    case .partOfArray:
      ("it looks like an array that is written on several lines", filtered("jq -c '.[]'"))
    case .severalValues: ("it has several values on a line", filtered("jq -c ."))
    case .python:
      (
        "it looks like what Python prints of its values; print json.dumps(value) instead",
        filtered(
          "python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(l))) for l in"
            + " sys.stdin]'")
      )
    case .singleQuotes:
      ("it has single quotes, where JSON has double ones", filtered("tr \"'\" '\"'"))
    case .unquotedKeys: ("its keys lack their quotes; have it written by JSON.stringify", nil)
    case .commaAtEnd:
      ("it has commas behind the last member", filtered("sed -E 's/,[[:space:]]*([]}])/\\1/g'"))
    case .commaBehind:
      ("it has commas behind its values", filtered("sed 's/,[[:space:]]*$//'"))
    case .notUTF8:
      (
        "it is not in UTF-8",
        "give --encoding latin1, or whatever it is in (cp1252, shift_jis, ...; iconv -l lists them)"
      )
    case .notANumber:
      (
        "it has NaN or Infinity, which JSON has not; to have null instead",
        filtered(
          "python3 -c 'import json, sys; [print(json.dumps(json.loads(l, parse_constant=lambda c:"
            + " None))) for l in sys.stdin]'")
      )
    case .traceback:
      ("it looks like an error message of the program that wrote it; see what is wrong there", nil)
    case .wholeArray:
      (
        "it is one array, and so one record; for a record from each element",
        filtered("jq -c '.[]'")
      )
    }
  }

  private static func columns(_ separator: Character, _ hasNames: Bool) -> String {
    let delimiter =
      switch separator {
      case "\t": ", delimiter=\"\\t\""
      case ";": ", delimiter=\";\""
      default: ""
      }
    return "python3 -c 'import csv, json, sys; [print(json.dumps(r)) for r in"
      + " csv.\(hasNames ? "DictReader" : "reader")(sys.stdin\(delimiter))]'"
  }

  private var isStandardInput: Bool { file == "-" }

  /// The file's name, quoted for a shell.
  private var quotedFile: String { file.quotedForShell(atMost: 200) }

  /// A pipeline that passes the input through another command.
  private func filtered(_ command: String) -> String {
    isStandardInput ? "... | \(command) | vimap ..." : "\(command) < \(quotedFile) | vimap ..."
  }

  private func piped(_ command: String) -> String { "\(command) \(quotedFile) | vimap ..." }
}
