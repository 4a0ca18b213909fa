internal import Glibc
internal import VMem

extension Call {
  /// Gives a machine that has just been booted the address space that `--lists` and `--rows` name.
  func prime(_ machine: borrowing Machine) throws(LineFailure) {
    guard arguments.has(.listsFile) else {
      guard !arguments.has(.rowsFile) else {
        throw .script(
          "--rows only describes the areas of --lists", tokens[arguments.token(.rowsFile)])
      }
      return
    }
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

  private func source(_ parameter: Parameter) throws(LineFailure) -> ScriptSource {
    let token = tokens[arguments.token(parameter)]
    let path = token.text.string
    try checkIsForeign(path, token)
    guard let source = ScriptSource(path: path) else {
      var error = ScriptError("\(path): \(systemMessage(systemError()))", token)
      error.exit = .noInput
      throw .script(error)
    }
    if let (error, line, _) = source.firstDefect() {
      throw .script("\(path):\(line): \(error.message)", token)
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
