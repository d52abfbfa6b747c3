import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

extension RecordForm {
  /// The form of records and results that the options describe.
  init(_ options: VimapCommand) throws {
    self.init()
    format = options.results.format
    withMeta = options.results.meta
    if withMeta, !format.carriesMeta {
      throw Refusal(
        .usage,
        "--meta: the format \(format.rawValue) has no place for it; use object, array or pair")
    }
    mode.separator = options.records.null ? 0 : 0x0A
    mode.isText = options.records.rawInput
    if let name = options.records.encoding {
      guard let known = TextEncoding(name) else {
        throw Refusal(
          .usage,
          "--encoding '\(name)': no such encoding is known: give one of those that iconv -l lists,"
            + " such as latin1, cp1252, shift_jis or utf-16le")
      }
      encoding = known
    }
    retried = try RetriedFailures(options.flow)
    mode.longestRecord = try options.records.maxRecord.checkedLength(for: "--max-record")
    countsOccurrences = options.http.idempotencyKey
    shardPath = try Self.path(options.pool.shardBy, "--shard-by")
    if let path = shardPath, mode.isText, options.pool.shardBy != "." {
      throw Refusal(.usage, "--shard-by \(path): with -R a record has no parts; give .")
    }
    costPath = try Self.path(options.flow.cost, "--cost")
    if costPath != nil, mode.isText {
      throw Refusal(.usage, "--cost: with -R a record is text, and has no numbers")
    }
    for argument in options.pool.initArguments {
      if let known = initArguments.firstIndex(where: { $0.name == argument.name }) {
        initArguments[known].values.append(argument.value)
      } else {
        initArguments.append((argument.name, [argument.value]))
      }
    }
  }

  private static func path(_ text: String?, _ option: String) throws -> JSONPath? {
    try text.map { text throws in try JSONPath(text, of: option) }
  }
}
