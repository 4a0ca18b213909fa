internal import VMem
internal import VMemViews

/// Runs that a debugger is attached to.
extension Interpreter {
  /// Lets the debugger have its way in front of a line.
  mutating func attend(before line: CodeLine, _ at: Int, _ program: Program) -> Flow {
    guard let debugger, !isTyped, debugger.wants(verb: Int(line.head.verb), of: self) else {
      return .next
    }
    load(line, at, program, program.source.text)
    shapes.prepare(Int(line.head.verb), table)
    let place = shapes.place(Int(line.head.verb))
    // What is wrong with the words is said when the line runs.
    try? call.decode(machine, place, from: Int(line.head.verbToken) + 1)
    let front = CallInFront(
      place: Self.place(line, at, program), verb: "\(table.name(Int(line.head.verb)))",
      arguments: call.registers(table[Int(line.head.verb)], machine), returned: returned)
    flush()
    if exit == .inputOutput || exit == .pipeClosed { return .stop }
    if debugger.attend(front, &self) { return .next }
    stop = front.place
    return .stop
  }

  /// Carries out a line beside the run, which goes on as it would have, and returns what it printed and
  /// what was told. Nothing of it goes where the run's results go.
  package mutating func answer(
    _ text: String
  ) -> (output: String, messages: String, exit: ExitCode) {
    flush()
    var output = ViewOutput(descriptor: nil, format: call.output.format)
    var told = ByteWriter(descriptor: nil)
    swap(&call.output, &output)
    swap(&messages, &told)
    let exit = say(text)
    swap(&call.output, &output)
    swap(&messages, &told)
    return (output.writer.takeString(), told.takeString(), exit)
  }

  /// Whether a line only looks at the machine: it changes nothing, and names no file of the host.
  package func onlyLooks(_ text: String) -> Bool {
    // Words as they stand there.
    guard !text.contains(where: { "\n'\"\\".contains($0) }) else { return false }
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard let verb = table.verb(of: words), verb.isReader else {
      return false
    }
    if verb.group == .images { return verb.required.isEmpty && verb.optional.isEmpty }
    let files = { (parameter: Parameter) in parameter.signature.hasSuffix("FILE") }
    // kcore may be asked for bytes instead.
    return !verb.required.contains(where: files)
      && !verb.optional.filter(files).contains { parameter in
        guard let option = parameter.option else {
          return words.count > 1 && !words[1].hasPrefix("--")
        }
        return words.contains { $0 == "\(option)" }
      }
  }
}

extension Result {
  /// The value as a function returns it.
  var register: UInt64 {
    switch self {
    case .address(let value), .number(let value), .pages(_, let value): value
    default: 0
    }
  }
}

extension LineFailure {
  /// The value as a function returns it that has failed.
  var register: UInt64 {
    guard case .refusal(let refusal) = self, case .errno(let number) = refusal.outcome else {
      return 0
    }
    return UInt64(bitPattern: -Int64(number.rawValue))
  }
}

extension Call {
  /// The decoded arguments as a function's registers have them, at most six.
  fileprivate func registers(_ verb: Verb, _ machine: borrowing Machine) -> [UInt64] {
    var values: [UInt64] = []
    for parameter in verb.required + verb.optional {
      let value = arguments[parameter, default: 0]
      switch parameter.kind {
      case .flagWords where parameter.id == Parameter.gfp.id:
        values.append(UInt64(gfp(machine).rawValue))
      case .number, .address, .flagWords: values.append(value)
      case .range, .addressAndLength:
        values += [value, arguments.has(parameter) ? arguments.end(parameter) : 0]
      case .pages, .page:
        let isPage = arguments.has(parameter) && value != PageList.null
        values.append(isPage ? machine.map.vmemmap + value << 6 : 0)
      default: values.append(0)
      }
    }
    return Array(values.prefix(6))
  }
}
