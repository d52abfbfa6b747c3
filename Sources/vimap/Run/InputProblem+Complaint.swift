import VimapBytes
import VimapHTTP
import VimapKit
import VimapRecords

extension InputProblem {
  /// What is wrong and, if known, what to do about it.
  var complaint: String {
    if name.looksLikeURL {
      let url = Redaction.url(name)
      return "\(url): cannot be read: \(error.code); inputs are files: for lines that are there,"
        + " give curl -sS \(url.quotedForShell(atMost: 200)) | vimap ..., and to send records"
        + " there, --post"
    }
    let advice = error.code == .isDirectory ? "; give the files in it" : ""
    return "\(name): cannot be read: \(error.code)\(advice)"
  }
}
