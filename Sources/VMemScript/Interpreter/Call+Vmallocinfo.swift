internal import VMem
internal import VMemViews

/// Files of rows, as --file names them.
extension Call {
  /// The file of `--file`, and notes of what was passed over in it.
  ///
  /// - Parameter script: the name of the script that the line is of.
  mutating func vmallocinfo(
    for script: String?
  ) throws(LineFailure) -> VmallocinfoFile {
    let file = try vmallocinfo(tokens[arguments.token(.vmallocinfoFile)], for: script)
    remark(file.notes, file)
    return file
  }

  /// The file that a word names.
  func vmallocinfo(_ token: Token, for script: String?) throws(LineFailure) -> VmallocinfoFile {
    let path = token.text.string
    try checkIsNoScript(path, script, token)
    try checkIsForeign(path, token)
    guard let bytes = WholeFile.read(path) else { throw Self.unreadable(path, token) }
    let name = path == "-" ? "<stdin>" : path
    do throws(VmallocinfoFile.Defect) {
      return try VmallocinfoFile(name: name, bytes: consume bytes)
    } catch {
      throw complaint(error, name, token)
    }
  }

  /// Refuses standard input for a script that comes from there.
  func checkIsNoScript(
    _ path: String, _ script: String?, _ token: Token
  ) throws(LineFailure) {
    guard path == "-", script == "<stdin>" else { return }
    throw .script("standard input is the script itself", hint: "name a file", token)
  }

  /// Notes that are told of a file.
  private static let toldNotes = 40

  mutating func remark(_ notes: [VmallocinfoFile.Note], _ file: VmallocinfoFile) {
    for note in notes.prefix(Self.toldNotes) {
      remarks.append("\(file.name):\(note.line): \(note.message)")
    }
    let rest = notes.count - Self.toldNotes
    if rest > 0 { remarks.append("and \(rest) more notes like these") }
  }

  func complaint(
    _ defect: VmallocinfoFile.Defect, _ name: String, _ token: Token
  ) -> LineFailure {
    .script("\(name):\(defect.line): \(defect.message)", token)
  }

  /// The addresses of a file: those that an option says, all for nil, and without the option the vmalloc
  /// space, or the modules' where the file has nothing else.
  func range(
    of file: VmallocinfoFile, _ parameter: Parameter?
  ) throws(LineFailure) -> (start: UInt64, end: UInt64) {
    guard let parameter else { return (0, 0) }
    guard arguments.has(parameter) else {
      let hasWindow = file.window.last > 0
      let window = hasWindow ? file.window : file.modules ?? file.window
      return (window.start, window.last &+ 1)
    }
    guard word(parameter) == "modules" else {
      return parameter.id == Parameter.mapRange.id ? try shownRange(parameter) : range(parameter)
    }
    guard let modules = file.modules ?? file.emptyModules else {
      throw .script(
        "no row of \(file.name) lies among the modules, nor tells where they would",
        hint: "--range START..END says it; on x86-64 it is 0xffffffffa0000000..0xffffffffff000000, "
          + "with RANDOMIZE_BASE from 0xffffffffc0000000 on", tokens[arguments.token(parameter)])
    }
    return (modules.start, modules.last &+ 1)
  }

  /// The addresses of a file, as `range(of:_:)` says.
  mutating func space(
    _ file: VmallocinfoFile, _ parameter: Parameter?
  ) throws(LineFailure) -> AddressSpace {
    let range = try range(of: file, parameter)
    do throws(VmallocinfoFile.Defect) {
      let space = try AddressSpace(file, in: range)
      remark(space.notes, file)
      let isGiven = parameter.map { arguments.has($0) } ?? false
      if !isGiven, let note = file.partlyKnownWindow { remark([note], file) }
      return space
    } catch {
      throw complaint(error, file.name, tokens[arguments.token(.vmallocinfoFile)])
    }
  }

  /// Refuses a range of addresses that are not known.
  func refuseRange(_ file: VmallocinfoFile) throws(LineFailure) {
    for parameter in [Parameter.mapRange, .searchRange] where arguments.has(parameter) {
      throw .script(
        "the addresses of \(file.name) are \(file.addresses.words)",
        hint: "without --range there are answers; `sysctl kernel.kptr_restrict=1`, read as root, "
          + "shows real ones", tokens[arguments.token(parameter)])
    }
  }

  // MARK: What areas need

  /// The flags that `--flags` says.
  var areaFlags: VMFlags {
    VMFlags(rawValue: arguments[.flags, default: 0])
  }

  /// What an area of SIZE takes, refused as a kernel refuses it.
  ///
  /// - Parameter shift: bits of an offset into a page.
  func extent(pageShift shift: UInt64) throws(Refusal) -> Extent {
    let (size, align) = (arguments[.size], arguments[.align, default: 1])
    guard var need = VMAreas.extent(size, areaFlags, align: align, shift: shift) else {
      throw Refusal(.null, .sizeRoundsToZero, size)
    }
    guard need.size != 0 else { throw Refusal(.null, .sizeWraps, size) }
    guard need.align.nonzeroBitCount == 1 else {
      throw Refusal(.null, .alignmentNotPowerOfTwo, align)
    }
    if shift > 12 {
      // The guard is a page, too.
      let more: UInt64 = areaFlags.contains(.noGuard) ? 0 : 1 << shift - 4096
      let (whole, wraps) = need.size.addingReportingOverflow(more)
      guard !wraps else { throw Refusal(.null, .sizeWraps, size) }
      need.size = whole
    }
    return Extent(size: need.size, align: need.align)
  }

  /// Says of a range without addresses that it is none.
  mutating func explainNoRange() {
    explanation = Explanation(
      lines: ["the range has no address: its end is not above its start"], name: "fit",
      json: Array("null".utf8))
  }

  /// Says why nothing fits, where the refusal is told.
  mutating func explain(_ report: FitReport) {
    explanation = Explanation(lines: report.lines, name: "fit", json: report.json)
  }

  /// Whether metrics are wanted, which have their own form.
  func wantsMetrics() throws(LineFailure) -> Bool {
    guard arguments.has(.prometheus) else { return false }
    try exclude(.top, .prometheus)
    guard options.json else { return true }
    var defect = ScriptError(
      "metrics are no JSON", hint: "leave --json or --prometheus out",
      tokens[arguments.token(.prometheus)])
    defect.exit = .usage
    throw .script(defect)
  }
}

/// What is to be said of a refusal beside its rule.
struct Explanation: Sendable {
  /// For people.
  let lines: [String]
  /// A field of the line's JSON object, and its value.
  let name: StaticString
  let json: [UInt8]
}
