import VimapBytes
import VimapKit

extension TextLook {
  /// What a command's answer is if it is not JSON, and what to do about it in the command. The text
  /// goes at the end of a sentence.
  package static func advice(onAnswer answer: ByteView) -> String? {
    if answer.isEmpty { return "the line is empty; every line has to be an answer" }
    return switch TextLook(answer, isFirst: true) {
    case .python, .singleQuotes: "it looks like Python's print(value); print json.dumps(value)"
    case .notANumber:
      "JSON has no NaN or Infinity; print null for it (json.dumps(value, allow_nan=False) finds it)"
    case .traceback:
      "it looks like an error message; print these to standard error (print(..., file=sys.stderr))"
    case .partOfObject, .partOfArray:
      "it looks like a part of JSON on several lines; print it on one (jq -c, json.dumps without"
        + " indent), or start the command for each record (--each)"
    case .commaAtEnd: "it has a comma behind the last member"
    case .commaBehind: "it has a comma behind it; leave that out"
    case .notUTF8: "it is not in UTF-8; have the command write that (PYTHONUTF8=1, LC_ALL=C.UTF-8)"
    case .unquotedKeys: "its keys lack their quotes; print JSON.stringify(value)"
    case .severalValues: "it has several values; print one, or an array of them"
    case .logLine:
      "it looks like a line of a log; print these to standard error (print(..., file=sys.stderr))"
    case .columns, .yaml, .xml, .html, .plainText:
      "print what is no answer to standard error (print(..., file=sys.stderr)), or give --text"
    case .binary, .endedByNUL, .gzip, .zstd, .xz, .bzip2, .zip, .parquet, .encoded:
      "it is no text; print it as a JSON string, such as in Base64"
    case .wholeArray, nil: nil
    }
  }
}
