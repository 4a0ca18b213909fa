internal import Glibc
internal import VMem

extension Call {
  /// Gives a machine that has just been booted the address space that `--lists` and `--rows` name.
  func prime(_ machine: borrowing Machine) throws(LineFailure) {
    guard arguments.has(.listsFile) else { return }
    let lists = try source(.listsFile)
    var reader = PrimingReader(lists: lists.name ?? "")
    do throws(PrimingReader.Defect) {
      try reader.read(lists: lists.text)
    } catch {
      throw complaint(error, .listsFile)
    }
    if arguments.has(.rowsFile) {
      let rows = try source(.rowsFile)
      do throws(PrimingReader.Defect) {
        try reader.read(rows: rows.text, name: rows.name ?? "")
        if reader.rows.fitting == 0, !reader.state.areas.isEmpty {
          throw PrimingReader.Defect(
            file: rows.name ?? "", line: 1,
            message: reader.rows.read == 0
              ? "no row, and --lists has areas: rows are read whole, of the same moment"
              : "no row is of an area of --lists: it is another machine's, or another moment's"
          )
        }
      } catch {
        throw complaint(error, .rowsFile)
      }
    }
    do throws(Priming.Defect) {
      try machine.prime(reader.state)
    } catch {
      throw complaint(reader.explain(error), .listsFile)
    }
  }

  /// Refuses rows without the areas that they describe.
  func checkPriming() throws(LineFailure) {
    if arguments.has(.rowsFile), !arguments.has(.listsFile) {
      throw .script(
        "--rows only describes the areas of --lists", tokens[arguments.token(.rowsFile)])
    }
  }

  private func source(_ parameter: Parameter) throws(LineFailure) -> ScriptSource {
    let token = tokens[arguments.token(parameter)]
    let path = token.text.string
    try checkIsForeign(path, token)
    guard let source = ScriptSource(path: path) else { throw Self.unreadable(path, token) }
    if let defect = source.firstDefect() {
      throw .script("\(path):\(defect.line): \(defect.error.message)", token)
    }
    return source
  }

  private func complaint(
    _ defect: PrimingReader.Defect, _ parameter: Parameter
  ) -> LineFailure {
    .script(
      "\(defect.file):\(defect.line): \(defect.message)", tokens[arguments.token(parameter)])
  }
}
