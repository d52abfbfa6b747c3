import VimapBytes
import VimapJSON
import VimapKit
import VimapRecords
import VimapSystem

extension ExecConfiguration {
  /// The names of the bound arguments that the arguments ask for.
  package var initNames: [String] { arguments.flatMap { Template($0, .argument).initNames } }
}

/// The arguments of a command that is started for each record, filled in from it.
final class EachArguments {
  private let templates: [Template]
  private let context: TemplateContext
  private let list: CStringList
  private let isConstant: Bool
  private var buffer = ByteBuffer()

  /// Why arguments cannot be made of a record.
  enum Problem: Error {
    case template(TemplateError)
    /// A value holds a NUL, which no argument can.
    case holdsNUL(argument: Int)
  }

  init(_ configuration: ExecConfiguration, _ worker: WorkerContext) {
    templates =
      configuration.fillsArguments ? configuration.arguments.map { Template($0, .argument) } : []
    isConstant = templates.allSatisfy(\.isLiteral)
    list = CStringList(isConstant ? configuration.arguments : [])
    context = TemplateContext(
      record: .empty, index: 0, worker: worker.number, initArguments: worker.initArguments)
    program =
      templates.first.map { $0.isLiteral ? configuration.arguments[0] : nil }
      ?? configuration.arguments[0]
  }

  /// The program, where it is the same for each record.
  let program: String?

  /// The arguments for a record, lent until the next are made.
  func fill(from record: ByteView, index: Int) throws(Problem) -> CStringList {
    if isConstant { return list }
    list.removeAll()
    context.move(to: record, index: index)
    for (number, template) in templates.enumerated() {
      buffer.removeAll()
      do throws(TemplateError) {
        try template.expand(into: &buffer, context: context)
      } catch {
        throw .template(error)
      }
      if !list.append(buffer.view) { throw .holdsNUL(argument: number) }
    }
    return list
  }
}
