internal import VMem
internal import VMemModules
internal import VMemViews

/// Modules on the machine of a run.
extension Interpreter {
  /// The object in a file, or the one that a source compiles to, with further ones of the module.
  mutating func moduleObject(
    _ token: Token, _ more: [Token] = []
  ) throws(LineFailure) -> [UInt8] {
    let tokens = [token] + more
    guard token.text.string.hasSuffix(".c") else {
      if let other = more.first {
        throw .script("an object is a whole module", hint: "name sources only", other)
      }
      guard let bytes = ModuleCompiler.read(token.text.string) else { throw noFile(token) }
      return bytes
    }
    for token in tokens where ModuleCompiler.read(token.text.string) == nil {
      throw noFile(token)
    }
    do throws(ModuleCompiler.Failure) {
      let compiler = try ModuleCompiler()
      let (bytes, warnings) = try compiler.object(
        tokens.map(\.text.string), machine.configuration.kernel)
      messages.write(String(decoding: warnings, as: UTF8.self))
      return bytes
    } catch {
      messages.write(String(decoding: error.output, as: UTF8.self))
      throw .script(error.sentence, hint: error.hint, token)
    }
  }

  private func noFile(_ token: Token) -> LineFailure {
    var error = ScriptError(
      "cannot read \(token.text.string.printable): \(ModuleCompiler.lastError)", token)
    error.exit = .noInput
    return .script(error)
  }

  /// The host of modules, made with the first one.
  mutating func moduleHost() throws(LineFailure) -> ModuleHost {
    if let modules { return modules }
    do throws(ModuleFailure) {
      let host = try ModuleHost(machine)
      modules = host
      if committer != nil {
        call.remarks.append(Self.notCommitted)
      }
      return host
    } catch { throw failure(error, nil) }
  }

  private static let notCommitted =
    "nothing is committed while a module is loaded; the last rmmod, or the end, commits all as one"

  /// Does something to modules, and shows what the kernel logs of it.
  mutating func onModules(
    _ body: (ModuleHost) throws(ModuleFailure) -> Void
  ) throws(LineFailure) -> Result {
    guard let host = modules else { return .ok }
    let before = machine.log.end
    var caught: ModuleFailure?
    do throws(ModuleFailure) { try host.run(on: &machine, body) } catch { caught = error }
    call.troubles += host.takeTroubles()
    let isEmpty = host.modules.isEmpty
    if isEmpty {
      closeModules()
      call.remarks.removeAll { $0 == Self.notCommitted }
    }
    let result = Self.showLog(machine, &call, from: before)
    if let caught { throw failure(caught, nil) }
    return result
  }

  private static func showLog(
    _ machine: borrowing Machine, _ call: inout Call, from first: UInt64
  ) -> Result {
    call.view { output in Views.dmesg(machine, from: first, to: &output) }
  }

  func failure(_ failure: ModuleFailure, _ token: Token?) -> LineFailure {
    switch failure {
    case .refused(let refusal): return .refusal(refusal)
    case .badObject(let sentence):
      let place = token ?? call.tokens[call.arguments.token(.moduleFile)]
      return .script(sentence, hint: "insmod takes what modcc makes, or a source", place)
    }
  }

  /// Whether a module is loaded that can be unloaded.
  package var hasLiveModules: Bool { modules?.modules.contains { $0.state != .died } == true }

  /// Unloads all modules, the last first, and takes their memory away. The history has that as lines, and
  /// what dies meanwhile is told.
  package mutating func unloadModules() {
    guard let host = modules else { return }
    let all = host.modules
    for module in all.reversed() where module.state != .died {
      call.troubles = []
      let option = host.isKept(module) ? " -f" : ""
      let isUnloaded =
        (try? onModules { host throws(ModuleFailure) in
          try host.rmmod(module.name, isForced: true)
        }) != nil
      if isUnloaded, committer != nil {
        recorder.append(Array("rmmod \(module.name)\(option)\n".utf8))
      }
      if module.state == .died {
        call.troubles.append(
          module.fault.isEmpty
            ? "its exit function waits for what nobody does"
            : "oops: its exit function: \(module.fault)")
      }
      for trouble in call.troubles { tell(trouble, atRmmodOf: module.name) }
    }
    guard modules != nil else { return }
    host.abandonAll()
    closeModules()
  }

  /// Says what went wrong in an rmmod that is no line.
  private mutating func tell(_ trouble: String, atRmmodOf name: String) {
    exit = exit.combined(with: .unexpectedWarning)
    begin(nil)
    messages.write("at the end, rmmod \(name): ")
    messages.printable(trouble)
    messages.write(byte: 0x0a)
    endMessage()
  }

  private mutating func closeModules() {
    // Native code may have written anywhere: the machine is looked at before it is kept.
    unchecked += 1
    modules?.close(machine)
    modules = nil
  }
}

extension Refusal {
  /// Whether a function of a module that the line waited for has died of an oops.
  var isOops: Bool { outcome == .errno(.EFAULT) && rule == .moduleOops }
}

extension Call {
  /// Further sources of a module, and `name=value` for its parameters.
  func moduleWords(_ parameter: Parameter = .moduleWords) -> (sources: [Token], values: [String]) {
    var all: [Token] = []
    guard arguments.has(parameter) else { return ([], []) }
    var at = arguments.token(parameter)
    while at < tokens.count {
      // Every option of insmod has a value.
      let isOption = tokens[at].text.hasPrefix("--") && !tokens[at].isQuoted
      if !isOption { all.append(tokens[at]) }
      at += isOption ? 2 : 1
    }
    let sources = all.filter { $0.text.string.isFurtherSource }
    return (sources, all.map(\.text.string).filter { !$0.isFurtherSource })
  }
}

extension String {
  fileprivate var isFurtherSource: Bool { hasSuffix(".c") && !contains("=") }
}
