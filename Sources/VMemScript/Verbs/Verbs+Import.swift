internal import VMem
internal import VMemViews

extension Parameter {
  fileprivate static let importedFile = Parameter(
    id: 200, .word, "FILE", "a /proc/vmallocinfo, as it is or pasted; - is standard input")
  fileprivate static let rebase = Parameter(
    id: 201, option: "--rebase", .flag, "move the vmalloc window to where it is without KASLR")
}

/// Machines that rows of vmallocinfo tell of.
extension Verb {
  static let importFile = Verb(
    "import_vmallocinfo", .machine, .nothing, .language, [.importedFile],
    options: [
      .kernel, .cpus, .nodes, .memory, .rebase, .config, .with, .without, .seed, .tlbEntries,
      .lazyMaximum,
    ],
    summary: "make the machine that a /proc/vmallocinfo shows; as boot, only as the first line",
    returns: """
      number of areas. What was passed over or guessed is told as notes; options say it instead. The \
      areas have their numbers of pages and no contents: no access finds any
      """,
    example: "import_vmallocinfo vmallocinfo.txt --cpus 8\nvm_unmap_aliases\nholes",
    facts: [.boots, .replaces, .answers],
    exits: [.foreignLine, .noFile, .machineIsThere], .control(importVmallocinfo),
    check: checkImport,
    details: """
      Defaults of --kernel, --cpus, --nodes and --memory above are those of boot: here the rows decide
      about what no option names, and a note says what they were taken for. Rows of a 32-bit kernel
      make no machine, since machines here have x86-64's windows and tables: holes, fit, totals and
      map answer of them with --file, in the window of their own.
      """)

  private static func importVmallocinfo(
    _ interpreter: inout Interpreter
  ) throws(LineFailure) -> Result {
    guard !interpreter.isUsed else { throw notFirst(interpreter.call.tokens[0]) }
    let plan = try interpreter.call.importPlan(for: interpreter.fileName)
    let machine: Machine
    do throws(BootError) {
      machine = try Machine(plan.configuration)
    } catch {
      throw .script(interpreter.call.explain(error, plan.configuration))
    }
    do throws(VMAreas.ImportDefect) {
      try plan.carryOut(on: machine)
    } catch {
      throw .script(
        "the records of \(plan.file.rows.count) rows need more memory: --memory",
        interpreter.call.tokens[0])
    }
    let count = machine.counters.busyAreas
    try interpreter.begin(with: machine)
    interpreter.isUsed = true
    interpreter.call.remark(plan.notes, plan.file)
    interpreter.call.remarks.append("\(plan.file.name): \(plan.settings)")
    return .number(count)
  }

  private static func checkImport(_ parser: inout Parser) throws(LineFailure) {
    guard parser.mayBoot else { throw notFirst(parser.call.tokens[0]) }
    let configuration = try parser.call.configuration()
    do throws(BootError) {
      try Machine.check(configuration)
    } catch {
      throw .script(parser.call.explain(error, configuration))
    }
  }
}

extension Call {
  /// Reads the file, and decides what it becomes.
  fileprivate func importPlan(for script: String?) throws(LineFailure) -> ImportPlan {
    let token = tokens[arguments.token(.importedFile)]
    let file = try vmallocinfo(token, for: script)
    var given = arguments.given
    if options.kernel != nil { given.insert(.kernel) }
    let configuration = try configuration()
    do throws(VmallocinfoFile.Defect) {
      return try ImportPlan(file, configuration, given: given, rebase: arguments.has(.rebase))
    } catch {
      throw complaint(error, file.name, token)
    }
  }
}
