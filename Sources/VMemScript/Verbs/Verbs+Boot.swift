internal import VMem

extension Verb {
  static func boot(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    guard !interpreter.isUsed else { throw notFirst(interpreter.call.tokens[0]) }
    let configuration = try interpreter.call.configuration()
    let machine: Machine
    do throws(BootError) {
      machine = try Machine(configuration)
    } catch {
      throw .script(interpreter.call.explain(error, configuration))
    }
    try interpreter.call.prime(machine)
    try interpreter.begin(with: machine)
    interpreter.isUsed = true
    return .silent
  }
}

extension Interpreter {
  /// Works on a machine that the line that runs has made, and has it kept where machines are.
  mutating func begin(with made: consuming Machine) throws(LineFailure) {
    var machine = made
    if let committer {
      do throws(CommitFailure) {
        machine = try committer.boot(machine, lineText.dropLast())
      } catch {
        var defect = ScriptError(error.message, call.tokens[0])
        defect.exit = error.exit
        throw .script(defect)
      }
    }
    self.machine = machine
    knownNames.removeAll()
    call.defaultCaller = .none
  }
}

extension Verb {
  static func notFirst(_ token: Token) -> LineFailure {
    .script(
      "`\(token.text.string)` is only allowed as the first line",
      hint: "also of a file that is included behind nothing but comments, echo, help and sync",
      token)
  }

  static func checkBoot(_ parser: inout Parser) throws(LineFailure) {
    guard parser.mayBoot else { throw notFirst(parser.call.tokens[0]) }
    let configuration = try parser.call.configuration()
    do throws(BootError) {
      try Machine.check(configuration)
    } catch {
      throw .script(parser.call.explain(error, configuration))
    }
    try parser.call.checkPriming()
  }
}

extension Call {
  /// The configuration that the arguments of `boot` describe.
  func configuration() throws(LineFailure) -> Configuration {
    var result = Configuration()
    result.memory = arguments[.memory, default: result.memory]
    result.cpus = Int(clamping: arguments[.cpus, default: UInt64(result.cpus)])
    result.nodes = Int(clamping: arguments[.nodes, default: UInt64(result.nodes)])
    result.levels = Int(clamping: arguments[.levels, default: UInt64(result.levels)])
    result.seed = arguments[.seed, default: result.seed]
    result.tlbEntries = Int(
      clamping: arguments[.tlbEntries, default: UInt64(result.tlbEntries)])
    if arguments.has(.lazyMaximum) { result.lazyMaximum = try lazyMaximum() }
    result.highmem = arguments[.highmem, default: result.highmem]
    if arguments.has(.window) { (result.window, result.pkmapSlots) = try window() }
    if arguments.has(.kernel) {
      let token = tokens[arguments.token(.kernel)]
      guard let version = KernelVersion(text: token.text.string) else {
        let known = KernelVersion.allCases.map { $0.text }.joined(separator: " ")
        let meant = Mistake.kernel(token.text.string, KernelVersion.allCases.map(\.text))
        throw .script(
          "no kernel \(quoted(token.text.string))",
          hint: meant
            ?? "known are \(known); others are the one below and --with SWITCHES: help kernels",
          token)
      }
      result.kernel = version
      result.switches = version.switches
    }
    if let kernel = options.kernel {
      (result.kernel, result.switches) = (kernel, kernel.switches)
    }
    if arguments.has(.config) { try build(&result.switches) }
    if arguments.has(.with) { result.switches.formUnion(try switches(.with)) }
    if arguments.has(.without) { result.switches.subtract(try switches(.without)) }
    return result
  }

  private func lazyMaximum() throws(LineFailure) -> UInt32 {
    guard let pages = UInt32(exactly: arguments[.lazyMaximum]), pages > 0 else {
      throw .script("1 to \(UInt32.max) pages", tokens[arguments.token(.lazyMaximum)])
    }
    return pages
  }

  /// `NAME` or `NAME:SLOTS`.
  private func window() throws(LineFailure) -> (KmapWindow.Kind, Int) {
    let token = tokens[arguments.token(.window)]
    let colon = token.text.firstIndex(of: UInt8(ascii: ":")) ?? token.text.count
    let name = token.text[0..<colon].string
    let kinds = KmapWindow.Kind.allCases.filter { $0 != .none }
    guard let kind = kinds.first(where: { "\($0.name)" == name }) else {
      let names = kinds.map { "\($0.name)" }
      throw .script(
        "no window \(quoted(name))", hint: "windows are \(names.joined(separator: " "))", token)
    }
    guard colon < token.text.count else { return (kind, 0) }
    var at = colon + 1
    let slots = try number(token, &at)
    guard at == token.text.count, slots > 0, slots <= UInt64(kind.slots) else {
      throw .script("\(kind.name) has 2, 4, 8 … \(kind.slots) slots", token)
    }
    return (kind, Int(slots))
  }

  /// Words of how a kernel was built, in their order; `no_NAME` takes one away.
  private func build(_ switches: inout Switches) throws(LineFailure) {
    let token = tokens[arguments.token(.config)]
    for word in token.text.string.split(separator: ",", omittingEmptySubsequences: false) {
      let folded = String(word.map { $0 == "-" ? "_" : $0 })
      let isOff = folded.hasPrefix("no_")
      let name = isOff ? String(folded.dropFirst(3)) : folded
      let found = BuildOption.all.filter { "\($0.name)" == name || name == "distribution" }
      guard !found.isEmpty, !(isOff && name == "distribution") else {
        let names = ["distribution"] + BuildOption.all.map { "\($0.name)" }
        let guess = nearest(to: name, of: names).map { "did you mean \($0)? " } ?? ""
        throw .script(
          "no build option \(quoted(String(word)))",
          hint: "\(guess)\(names.joined(separator: " ")), or no_ before one of the last "
            + "\(names.count - 1)", token)
      }
      for one in found {
        if isOff { switches.subtract(one.value) } else { switches.formUnion(one.value) }
      }
    }
  }

  private func switches(_ parameter: Parameter) throws(LineFailure) -> Switches {
    let token = tokens[arguments.token(parameter)]
    var result: Switches = []
    for word in token.text.string.split(separator: ",", omittingEmptySubsequences: false) {
      let folded = String(word.map { $0 == "-" ? "_" : $0 })
      guard let found = Switch.all.first(where: { "\($0.name)" == folded }) else {
        let near = nearest(to: folded, of: Switch.all.map { "\($0.name)" })
        let guess = near.map { "did you mean \($0)? " } ?? ""
        throw .script(
          "no switch \(quoted(String(word)))", hint: "\(guess)`help kernels` lists them", token)
      }
      result.formUnion(found.value)
    }
    return result
  }

  /// Words why a machine cannot be booted.
  func explain(_ error: BootError, _ configuration: Configuration) -> ScriptError {
    switch error {
    case .cpus: complaint("1 to \(Configuration.maximumCPUs) CPUs", .cpus)
    case .nodes: complaint("1 to \(Configuration.maximumNodes) nodes", .nodes)
    case .levels: complaint("4 or 5 levels", .levels)
    case .tlbEntries: complaint("12, 24, 48 and so on to 12288 entries, or 0", .tlbEntries)
    case .memory: complaint("whole pages, at most 64G", .memory)
    case .highmem(let needed):
      complaint("whole pages, and at least \(needed >> 12)p of low memory besides", .highmem)
    case .pkmapSlots: complaint("a power of two of slots, and high memory or a window", .window)
    case .localSlots(let most):
      complaint("the slots of kmap_local have room for \(most) CPUs with these switches", .cpus)
    case .tooLittleMemory(let needed):
      complaint("the smallest RAM that boots is \(needed) bytes (\(needed >> 12)p)", .memory)
    case .nodeTooSmall(let needed):
      complaint("\(configuration.nodes) nodes take \(needed >> 20)M at least", .memory)
    case .host:
      ScriptError(
        "the host gives no address space", hint: "64 GiB must be allowed (ulimit -v, ulimit -d)",
        exit: .inputOutput)
    }
  }

  private func complaint(_ message: String, _ parameter: Parameter) -> ScriptError {
    let token = arguments.has(parameter) ? tokens[arguments.token(parameter)] : tokens[0]
    return ScriptError(message, token)
  }
}
