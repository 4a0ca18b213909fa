internal import VMem
internal import VMemModules
internal import VMemViews

extension Subsystem {
  static let modules = Subsystem(
    "insmod rmmod lsmod slabinfo modinfo modcc modcalls msleep",
    verbs: Verb.modules + Verb.moduleCalls + Verb.moduleTime)
}

extension Verb.Group {
  static let modules = Verb.Group("modules", "Kernel modules in C")
}

/// Kernel modules in C.
extension Verb {
  static let modules: [Verb] = [
    Verb(
      "insmod", .modules, .nothing, .writer, [.moduleFile, .moduleWords],
      options: [.preempt, .turnSeconds],
      summary: "load a kernel module, from its source or an object, and run its init function",
      kernel: "finit_module",
      returns: "what it and the kernel log meanwhile",
      example: """
        insmod hello.c
        insmod test_vmalloc.c run_test_mask=7 nr_threads=3
        insmod main.c helpers.c
        """,
      facts: [.lasts], exits: [.noModule, .noFile],
      answers: [
        [
          .errno(.EEXIST, .moduleLoaded), .errno(.EFAULT, .moduleOops),
          .errno(.EDEADLK, .moduleDeadlock), .errno(.ENOENT, .moduleSymbols),
          .errno(.EINVAL, .moduleParameter), .errno(.EAGAIN, .moduleInit),
          .errno(.EOPNOTSUPP, .moduleFiveLevels, .moduleMovedWindow),
          .errno(.ENOMEM, .moduleMemory, .moduleAddresses),
        ]
      ], .control(insmod), details: moduleDetails),
    Verb(
      "rmmod", .modules, .nothing, .writer, [.moduleName, .force],
      summary: "run a module's exit function, unload it, and list what it has left behind",
      kernel: "delete_module", returns: "what is logged meanwhile", example: "rmmod hello",
      facts: [.lasts],
      answers: [
        [
          .errno(.ENOENT, .moduleNotLoaded), .errno(.EAGAIN, .moduleInUse),
          .errno(.EBUSY, .moduleOops, .modulePermanent), .errno(.EFAULT, .moduleOops),
        ]
      ], .control(rmmod)),
    Verb(
      "lsmod", .modules, .nothing, .reader, [.verbose],
      summary: "list the modules that are loaded", kernel: "/proc/modules",
      returns: "a line a module: its size, how many use it and who", example: "lsmod -v",
      .control(lsmod)),
    Verb(
      "slabinfo", .modules, .nothing, .reader,
      summary: "list the caches that modules have objects of", kernel: "/proc/slabinfo",
      returns: "a line a cache: active and all objects, object size, objects and pages a slab",
      example: "slabinfo", .control(slabinfo)),
    Verb(
      "modinfo", .modules, .nothing, .reader, [.moduleFile],
      summary: "show what a module says of itself, without loading it",
      returns: "a line a fact: license, author, description, parameters",
      example: "modinfo hello.c", facts: [.apart], exits: [.noModule, .noFile], .control(modinfo)),
    Verb(
      "modcc", .modules, .nothing, .language, [.moduleSource, .moreSources],
      options: [.moduleOutput],
      summary: "compile a module to an object that insmod loads without a compiler",
      returns: "the path of the object", example: "modcc hello.c --output hello.so",
      facts: [.answers], exits: [.noModule, .noFile, .cannotMakeObject], .control(modcc)),
  ]

  private static let moduleDetails: StaticString = """
    A .c file is compiled with cc (VMEMCTL_CC names another compiler) and with headers that come with
    vmemctl, for the kernel that the machine was booted as; what was built is kept in
    $XDG_CACHE_HOME/vmemctl. It runs natively: its addresses are the kernel's without their top 17
    bits, which printk puts back. One task runs at a time. A fault ends the module, not vmemctl: dmesg
    has the oops, and a line of vmemctl's that explains it; the exit code is 3, in whichever task,
    unless `expect EFAULT` announces that init dies, or `expect warn` another task, a WARN, or a BUG
    that ends no task. At the end of a script, and of a command on an image, modules are unloaded; in
    the shell they stay until rmmod. The article "Your module in a process" says what differs from a
    kernel, where the final proof is.
    """

  private static func insmod(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.moduleFile)]
    let path = token.text.string
    let (sources, values) = interpreter.call.moduleWords()
    let bytes = try interpreter.moduleObject(token, sources)
    let host = try interpreter.moduleHost()
    let hasSeed = interpreter.call.arguments.has(.preempt)
    host.setPreemption(seed: hasSeed ? interpreter.call.arguments[.preempt] : nil)
    host.longestTurn = Int(try interpreter.call.seconds)
    return try interpreter.onModules { host throws(ModuleFailure) in
      try host.insmod(ModuleCompiler.moduleName(path), bytes, values)
    }
  }

  private static func rmmod(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let name = interpreter.call.word(.moduleName).string
    guard interpreter.modules != nil else {
      throw .refusal(Refusal(.errno(.ENOENT), .moduleNotLoaded))
    }
    let isForced = try interpreter.call.hasOnly("-f", .force, "to unload what is in use")
    return try interpreter.onModules { host throws(ModuleFailure) in
      try host.rmmod(name, isForced: isForced)
    }
  }

  private static func lsmod(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let host = interpreter.modules
    let isVerbose = try interpreter.call.hasOnly("-v", .verbose, "for parameters")
    return interpreter.call.view { output in
      if !output.isJSON { output.writer.write("Module                  Size  Used by\n") }
      guard let host else { return }
      for module in host.modules { module.write(isVerbose: isVerbose, host, to: &output) }
    }
  }

  private static func slabinfo(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let caches = interpreter.modules?.slabSummaries ?? []
    return interpreter.call.view { output in
      if !output.isJSON {
        output.writer.write(
          "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n")
      }
      for cache in caches { cache.write(to: &output) }
    }
  }

  private static func modinfo(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.moduleFile)]
    let bytes = try interpreter.moduleObject(token)
    let facts: [(tag: String, text: String)]
    do throws(ModuleFailure) { facts = try ModuleHost.facts(of: bytes) } catch {
      throw interpreter.failure(error, token)
    }
    let name = ModuleCompiler.moduleName(token.text.string)
    return interpreter.call.view { output in
      for (tag, text) in [("name", name)] + facts {
        if output.isJSON {
          output.beginObject()
          output.field("tag", text: tag)
          output.field("text", text: text)
          output.endObject()
        } else {
          output.writer.write(tag + ":" + String(repeating: " ", count: max(1, 15 - tag.count)))
          output.writer.write(text.printable)
          output.endLine()
        }
      }
    }
  }

  private static func modcc(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.moduleSource)]
    let source = token.text.string
    let hasOutput = interpreter.call.arguments.has(.moduleOutput)
    let output =
      hasOutput
      ? interpreter.call.word(.moduleOutput).string : ModuleCompiler.moduleName(source) + ".so"
    let (sources, others) = interpreter.call.moduleWords(.moreSources)
    if let other = others.first { throw .script(ScriptError("\(other.printable) is no FILE.c")) }
    let bytes = try interpreter.moduleObject(token, sources)
    guard let failure = ModuleCompiler.write(bytes, to: output) else {
      interpreter.call.scratch.write(output)
      return .line
    }
    throw .script(ScriptError("\(output): \(failure)", exit: .cannotCreate))
  }
}

extension Call {
  /// Whether a flag stands at the end of the line; nothing else may.
  fileprivate func hasOnly(
    _ flag: String, _ parameter: Parameter, _ purpose: String
  ) throws(LineFailure) -> Bool {
    let words = words(parameter)
    for at in words where tokens[at].text.string != flag {
      throw .script(
        "`\(tokens[at].text.string.printable)` is nothing that the verb takes",
        hint: "\(flag) \(purpose)", tokens[at])
    }
    return !words.isEmpty
  }

  /// How long a task may run.
  fileprivate var seconds: UInt64 {
    get throws(LineFailure) {
      let seconds = arguments[.turnSeconds, default: 20]
      guard !(1...86_400).contains(seconds) else { return seconds }
      throw .script(
        "--lockup \(Int64(bitPattern: seconds)) is no number of seconds that a task may run",
        hint: "1 to 86400", tokens[arguments.token(.turnSeconds)])
    }
  }
}

extension ExitCondition {
  fileprivate static let noModule = ExitCondition(
    .badScript, when: "FILE does not compile, or is no object of a module")
  fileprivate static let cannotMakeObject = ExitCondition(
    .cannotCreate, when: "the object cannot be written")
}

extension Parameter {
  static let moduleFile = Parameter(
    id: 240, .word, "FILE", "a module's source (FILE.c), or its object (FILE.so)")
  static let moduleWords = Parameter(
    id: 241, .words, "[FILE.c…] [NAME=VALUE…]",
    "further sources of the module, and what its parameters are set to")
  static let moduleName = Parameter(id: 242, .word, "MODULE", "the name of a module")
  static let moduleSource = Parameter(id: 243, .word, "FILE.c", "a module's source")
  static let moreSources = Parameter(id: 248, .words, "[FILE.c…]", "further sources of the module")
  static let moduleOutput = Parameter(
    id: 244, option: "--output", .word, "FILE.so", "the object (default: the module's name)")
  static let preempt = Parameter(
    id: 245, option: "--preempt", .number, "SEED",
    "let another task run at any call, as chance has it: the same chance for the same seed")
  static let turnSeconds = Parameter(
    id: 246, option: "--lockup", .number, "SECONDS",
    "how long a task may run without a call that lets others run (default 20)")
  static let force = Parameter(
    id: 251, .optionalRest, "[-f]", "although it is in use, or has no exit function")
  static let verbose = Parameter(
    id: 247, .optionalRest, "[-v]", "parameters with their values and descriptions, too")
}
