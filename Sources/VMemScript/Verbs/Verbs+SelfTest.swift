internal import VMem
internal import VMemViews

extension Subsystem {
  static let selfTest = Subsystem(
    "test_vmalloc",
    verbs: Verb.selfTest)
}

extension Verb {
  static let selfTest: [Verb] = [
    Verb(
      "test_vmalloc", .machine, .nothing, .writer, [.settings],
      summary: "run the kernel's own tests of vmalloc (lib/test_vmalloc.c)",
      kernel: "vmalloc_test_init",
      returns: """
        the summary lines, which are in the log too: usec are calls, cycles are calls, page-table \
        entries, levels of the tree of free addresses, and flushes on each CPU
        """,
      example: "test_vmalloc run_test_mask=9 test_loop_count=100 nr_threads=2",
      facts: [.lasts], answers: [.faults, .sleeps], .control(testVmalloc),
      check: { parser throws(LineFailure) in
        _ = try parser.call.testSettings(cpus: 1)
      })
  ]

  private static func testVmalloc(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let (mode, parameters) = try interpreter.call.testSettings(cpus: interpreter.machine.cpuCount)
    let records: [LogRecord]
    do throws(VmallocTestStop) {
      records = try interpreter.machine.selfTest.testVmalloc(parameters) { false }
    } catch {
      switch error {
      case .refused(let refusal): throw .refusal(refusal)
      // Nobody asked for it.
      case .interrupted: throw .script(ScriptError("interrupted", exit: .interrupted))
      }
    }
    let closing = mode?.closing
    let configuration = interpreter.machine.configuration
    return interpreter.call.view { output in
      Views.testSummary(records, of: configuration, to: &output)
      guard let closing, !output.isJSON else { return }
      output.writer.write(closing)
    }
  }
}

/// What tools/testing/selftests/mm/test_vmalloc.sh runs for a word.
private enum VmallocTestMode: String, CaseIterable {
  case performance, smoke, stress

  func set(_ parameters: inout VmallocTestParameters, cpus: Int) {
    switch self {
    case .performance:
      parameters.sequential_test_order = true
      parameters.test_repeat_count = 3
    case .smoke:
      parameters.test_loop_count = 10_000
      parameters.test_repeat_count = 10
    case .stress:
      parameters.nr_threads = Int32(clamping: cpus)
      parameters.test_repeat_count = 20
    }
  }

  var closing: String {
    "Done.\nCheck the kernel \(self == .performance ? "message" : "ring") buffer to see the summary.\n"
  }
}

extension Call {
  /// What the words of `test_vmalloc` set.
  fileprivate func testSettings(
    cpus: Int
  ) throws(LineFailure) -> (VmallocTestMode?, VmallocTestParameters) {
    var words = words(.settings)
    var parameters = VmallocTestParameters()
    let mode = words.first.flatMap { VmallocTestMode(rawValue: tokens[$0].text.string) }
    if let mode {
      mode.set(&parameters, cpus: cpus)
      words = words.dropFirst()
    }
    var given: Set<String> = []
    for at in words {
      let key = try set(tokens[at], &parameters)
      guard given.insert(key).inserted else { throw .script("given twice", tokens[at]) }
    }
    return (mode, parameters)
  }

  private static let keys = [
    "nr_threads", "sequential_test_order", "test_repeat_count", "test_loop_count", "nr_pages",
    "use_huge", "run_test_mask", "nr_pcpu_objects",
  ]

  /// Sets a parameter as the module's loader does, and returns its name.
  private func set(
    _ token: Token, _ parameters: inout VmallocTestParameters
  ) throws(LineFailure) -> String {
    let text = token.text
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      throw .script(
        "\(quoted(text.string)) is not KEY=VALUE",
        hint: "keys are \(Self.keys.joined(separator: " "))",
        token)
    }
    let key = text[0..<equals].string
    let value = Token(
      text: text.from(equals + 1), offset: token.offset + equals + 1,
      length: max(0, token.length - equals - 1), isQuoted: false)
    switch key {
    case "nr_threads": parameters.nr_threads = try int(value)
    case "sequential_test_order": parameters.sequential_test_order = try bool(value)
    case "test_repeat_count": parameters.test_repeat_count = try int(value)
    case "test_loop_count": parameters.test_loop_count = try int(value)
    case "nr_pages":
      parameters.nr_pages = UInt32(try bounded(value, 0, Int64(UInt32.max)))
    case "use_huge": parameters.use_huge = try bool(value)
    case "run_test_mask": parameters.run_test_mask = try int(value)
    case "nr_pcpu_objects": parameters.nr_pcpu_objects = try int(value)
    default:
      let near = nearest(to: key, of: Self.keys)
      throw .script(
        "test_vmalloc has no parameter \(quoted(key))",
        hint: near.map { "did you mean \($0)?" } ?? "it has \(Self.keys.joined(separator: " "))",
        token)
    }
    return key
  }

  private func int(_ token: Token) throws(LineFailure) -> Int32 {
    Int32(try bounded(token, Int64(Int32.min), Int64(Int32.max)))
  }

  private func bounded(
    _ token: Token, _ least: Int64, _ most: Int64
  ) throws(LineFailure) -> Int64 {
    let value = Int64(bitPattern: try number(token))
    guard value >= least, value <= most else {
      throw .script("\(quoted(token.text.string)) is not \(least) to \(most)", token)
    }
    return value
  }

  /// The words of the kernel's `kstrtobool`.
  private func bool(_ token: Token) throws(LineFailure) -> Bool {
    switch token.text.string {
    case "1", "y", "Y", "t", "T", "on": return true
    case "0", "n", "N", "f", "F", "off": return false
    default:
      throw .script(
        "\(quoted(token.text.string)) is neither yes nor no", hint: "1 y on, or 0 n off", token)
    }
  }
}

extension Parameter {
  static let settings = Parameter(
    id: 99, .optionalRest, "[performance|smoke|stress] [KEY=VALUE…]",
    """
    what test_vmalloc.sh runs for that word, and parameters of the module: nr_threads (1), \
    sequential_test_order (0), test_repeat_count (1), test_loop_count (1000000), nr_pages (1), \
    use_huge (0), run_test_mask (all, from 6.18 on 7), nr_pcpu_objects (35000). Bits of run_test_mask, from 1 on: \
    fix_size, full_fit, long_busy_list, random_size, fix_align, random_size_align, align_shift, pcpu, \
    kvfree_rcu_1_arg, kvfree_rcu_2_arg, vm_map_ram, no_block, vrealloc
    """)
}
