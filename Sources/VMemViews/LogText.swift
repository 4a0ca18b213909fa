internal import VMem

/// The lines a record stands for, in a real kernel's words.
struct LogText {
  private let record: LogRecord
  private let message: KernelMessage
  private let configuration: Configuration
  private let taskName: String?

  /// `task` is the name of the record's task, where that is not the one the machine boots with.
  init(
    _ record: LogRecord, _ message: KernelMessage, _ configuration: Configuration,
    task: [UInt8]? = nil
  ) {
    taskName = task.map { String(decoding: $0, as: UTF8.self).printable }
    self.record = record
    self.message = message
    self.configuration = configuration
  }

  private var speaker: KernelFunction? { KernelFunction(rawValue: record.function) }

  /// The function a message names: an inlined one goes by its caller's name.
  var function: String {
    switch speaker {
    case .vmap_pages_pte_range where configuration.switches.contains(.sharedVunmap):
      KernelFunction.__vmap_pages_range_noflush.name
    case .__alloc_pages_noprof where !profilesAllocations: "__alloc_pages"
    case .alloc_pages_bulk_noprof where !profilesAllocations: "__alloc_pages_bulk"
    default: speaker?.name ?? "?"
    }
  }

  private var profilesAllocations: Bool {
    Switch.Kernels.profilesAllocations.contains(configuration.kernel)
  }

  private var banner: String {
    KernelVersion(rawValue: UInt16(truncatingIfNeeded: record.a))?.banner ?? "Linux version ?"
  }

  var lines: [String] {
    switch message {
    case .booted:
      [banner]
    case .warning:
      framed([warning])
    case .bug:
      framed(["kernel BUG at \(function)!"] + oops("invalid opcode", 0, record.d))
    case .sleepingInAtomic:
      sleeping
    case .allocationFailed:
      [allocationFailed]
    case .badVfree:
      framed([badAddress, warning])
    case .vmallocExceedsTotal:
      [vmallocError]
    case .vmallocNoArea, .vmallocNoArray, .vmallocNoPages, .vmallocNotMapped:
      [vmallocError]
    case .ioremapOnRAM:
      framed(["ioremap on RAM at \(physical(record.a)) - \(physical(record.b))", warning])
    case .ioremapInvalid:
      ["ioremap: invalid physical address \(String(record.a, radix: 16))"]
    case .badIounmap:
      ["iounmap: bad address \(digits(record.a))"]
    case .notIoremap:
      framed(["vm_area at addr \(bare(record.a)) is not marked as VM_IOREMAP", warning])
    case .notWholeArea:
      framed([
        "ioremap request [\(bare(record.a)),\(bare(record.b))) doesn't match vm_area "
          + "[\(bare(record.c)), \(bare(record.d)))", warning,
      ])
    case .vreallocAlignment:
      framed(["will not reallocate with a bigger alignment (0x\(bare(record.a)))", warning])
    case .unexpectedGFP:
      framed([
        "Unexpected gfp: \(hex(record.a)) (\(names(record.a))). Fixing up to gfp: "
          + "\(hex(record.b)) (\(names(record.b))). Fix your code!", warning,
      ])
    case .memtypeConflict:
      [
        "x86/PAT: \(task):\(pid) conflicting memory types \(bare(record.a))-\(bare(record.b)) "
          + "\(type(record.c))<->\(type(record.d))"
      ]
    case .memtypeRefused:
      [
        "x86/PAT: memtype_reserve failed [mem \(tenDigits(record.a))-\(tenDigits(record.b - 1))], "
          + "track \(type(record.c)), req \(type(record.d))"
      ]
    case .ioremapOtherType:
      [
        "ioremap error for 0x\(bare(record.a))-0x\(bare(record.b)), requested 0x\(bare(record.c)), "
          + "got 0x\(bare(record.d))"
      ]
    case .memtypeNotReserved:
      ["ioremap memtype_reserve failed -\(record.a)"]
    case .faultInjected:
      ["FAULT_INJECTION: forcing a failure.", injected]
    case .testSummary:
      [testSummary]
    case .testCycles:
      ["All test took worker\(record.a)=\(record.b) cycles"]
    case .staleTLB:
      [
        "stale TLB entry: cpu \(record.cpu), \(hex(record.a)), "
          + Views.text(Staleness(since: record.c, packed: record.d))
      ]
    case .cpaZeroPTE:
      framed([
        "CPA: called for zero pte. vaddr = \(bare(record.a)) cpa->vaddr = \(bare(record.b))",
        warning,
      ])
    case .illegalPerCPU:
      framed([
        "illegal size (\(record.a)) or align (\(record.b)) for percpu allocation", warning,
      ])
    case .cpaWritableExecutable:
      framed([writableAndExecutable, warning])
    case .protectionFault:
      [
        "BUG: unable to handle page fault for address: \(digits(record.a))",
        "#PF: supervisor \(record.c & 2 != 0 ? "write" : "read") access in kernel mode",
        "#PF: error_code(0x00\(bare(record.c))) - protection keys violation",
      ]
    case .pgmapFault:
      framed(["PGMAP: page protected by key \(record.b) used at \(hex(record.a))", warning])
    case .arenaViolation:
      [
        "ERROR: Arena \(record.b == 1 ? "WRITE" : "READ") access at unmapped address 0x\(bare(record.a))",
        "CPU: \(record.cpu) UID: 0 PID: \(pid) Comm: \(task)",
      ]
    case .doubleFault:
      ["PANIC: double fault, error_code: 0x0"] + oops("double fault", 0, record.a)
    case .noStackPage:
      ["Failed to allocate a page during kernel_stack_fault"]
    case .noStackTable:
      ["The PTE page table for a kernel stack is not found"]
    case .stackEntryInUse:
      ["The PTE contains a mapping"]
    case .stackGuardHit:
      [
        "BUG: TASK stack guard page was hit at \(digits(record.a)) "
          + "(stack is \(digits(record.b))..\(digits(record.c)))"
      ] + oops("stack guard page", 0, record.d)
    case .pageFault:
      pageFault
    case .stashNotRefilled:
      ["failed to refill per-cpu dynamic stack"]
    case .schedulingWhileAtomic:
      ["BUG: scheduling while atomic: \(task)/\(pid)/0x\(schedulingCount)"]
    case .pageAllocationFailed:
      ["\(task): page allocation failure: order:\(record.a), \(mode)"]
    case .percpuFailed:
      [
        "percpu: allocation failed, size=\(record.a) align=\(record.b) atomic=0, "
          + (record.c == 0 ? "failed to allocate new chunk" : "failed to populate")
      ]
    case .percpuFailuresEnd:
      ["percpu: limit reached, disable warning"]
    case .mremapOfPrivate:
      [
        "\(task) (\(pid)): attempted to duplicate a private mapping with mremap.  "
          + "This is not supported."
      ]
    case .text, .textContinued, .moduleTask:
      []
    case .suppressed:
      ["\(function): \(record.a) callbacks suppressed"]
    }
  }

  /// The attributes of what was made to fail, and which call it was.
  private var injected: String {
    guard let kind = InjectionKind(rawValue: UInt8(truncatingIfNeeded: record.a)) else {
      return "?"
    }
    let filter = kind.filterText(UInt32(truncatingIfNeeded: record.a >> 8))
    return "name \(kind.attribute), interval \(record.c), times \(Int64(bitPattern: record.d)), "
      + "\(kind.filterName) \(filter), call \(record.b)"
  }

  /// The name of the task that speaks.
  private var task: String {
    if record.testWorker == 0 || record.modulePID != nil { return taskName ?? "vmemctl" }
    return "vmalloc_test/\(record.testWorker - 1)"
  }

  private var testSummary: String {
    let counts = VmallocTestSummary(record)
    let xfailed = configuration.switches.contains(.testXfail) ? "xfailed: \(counts.xfailed) " : ""
    return "Summary: \(counts.test) passed: \(counts.passed) failed: \(counts.failed) \(xfailed)"
      + "repeat: \(counts.repeats) loops: \(counts.loops) avg: \(counts.average) usec"
  }

  private var writableAndExecutable: String {
    let last = record.c &+ Level.size(depth: Int(record.d >> 56 & 3)) &- 1
    return "CPA detected W^X violation: \(digits(record.a)) -> \(digits(record.b)) "
      + "range: \(physical(record.c)) - \(physical(last)) PFN \(bare(record.d & (1 << 56 - 1)))"
  }

  /// What a WARN says besides where it was raised; nil for one that says nothing.
  var complaint: String? {
    let lines = lines
    return lines.count == 4 ? lines[1] : nil
  }

  private func framed(_ lines: [String]) -> [String] {
    ["------------[ cut here ]------------"] + lines + ["---[ end trace 0000000000000000 ]---"]
  }

  /// The head of an oops: what it is, the error code, how many there have been, and who.
  private func oops(_ what: String, _ code: UInt64, _ number: UInt64) -> [String] {
    let isNew = configuration.switches.contains(.oopsUID)
    let fourDigits = String(digits(code).suffix(4))
    return [
      "\(isNew ? "Oops: " : "")\(what): \(fourDigits) [#\(number)] SMP",
      "CPU: \(record.cpu) \(isNew ? "UID: 0 " : "")PID: \(pid) Comm: \(task)",
    ]
  }

  private var pageFault: [String] {
    let code = PageFaultCode(rawValue: UInt8(truncatingIfNeeded: record.b))
    let what =
      record.a < 4096 ? "kernel NULL pointer dereference," : "unable to handle page fault for"
    return [
      "BUG: \(what) address: \(digits(record.a))",
      "#PF: supervisor \(code.contains(.write) ? "write" : "read") access in kernel mode",
      "#PF: error_code(0x\(digits(record.b).suffix(4))) - "
        + (code.contains(.present) ? "permissions violation" : "not-present page"),
    ] + oops("Oops", record.b, record.c) + (speaker == nil ? [] : ["RIP: 0010:\(function)"])
  }

  /// `preempt_count` in `__schedule`, which has disabled preemption itself.
  private var schedulingCount: String {
    switch ExecutionContext(rawValue: UInt8(truncatingIfNeeded: record.a)) {
    case .softirq: "00000101"
    case .irq: "00010001"
    case .nmi: "00110001"
    default: "00000002"
    }
  }

  /// File and line of the place are not known.
  private var warning: String {
    configuration.switches.contains(.warningFile)
      ? "WARNING: at \(function), CPU#\(record.cpu): \(task)/\(pid)"
      : "WARNING: CPU: \(record.cpu) PID: \(pid) at \(function)"
  }

  private var pid: Int { record.modulePID ?? Int(record.task) + 1 }

  private var sleeping: [String] {
    let context = ExecutionContext(rawValue: UInt8(truncatingIfNeeded: record.a)) ?? .process
    let disabled = context == .irq || context == .nmi ? 1 : 0
    let count: String
    switch context {
    case .process: count = "0"
    case .atomic: count = "1"
    case .softirq: count = "100"
    case .irq: count = "10000"
    case .nmi: count = "110000"
    }
    return [
      "BUG: sleeping function called from invalid context at \(function)",
      "in_atomic(): 1, irqs_disabled(): \(disabled), non_block: 0, pid: \(pid), name: \(task)",
      "preempt_count: \(count), expected: 0",
    ]
  }

  private var allocationFailed: String {
    guard configuration.switches.contains(.rangeInMessage) else {
      return "vmap allocation for size \(record.a) failed: use vmalloc=<size> to increase size"
    }
    return "vmalloc_node_range for size \(record.a) failed: "
      + "Address range restricted to \(hex(record.b)) - \(hex(record.c))"
  }

  /// `%#lx`: no prefix on zero.
  private func hex(_ value: UInt64) -> String {
    value == 0 ? "0" : "0x" + String(value, radix: 16)
  }

  private var badAddress: String {
    let name = speaker == .vunmap || speaker == .vrealloc ? function : "vfree"
    let isBad = speaker == .remove_vm_area || speaker == .__vunmap && record.a & 4095 != 0
    let what = isBad ? "bad address" : "nonexistent vm area"
    return "Trying to \(name)() \(what) (\(digits(record.a)))"
  }

  /// What vmalloc says when it fails, and how far it came.
  private var vmallocError: String {
    let what =
      switch message {
      case .vmallocExceedsTotal: "exceeds total pages"
      case .vmallocNoArea:
        (configuration.switches.contains(.alignMessage) ? "align 0x\(bare(record.b)), " : "")
          + "vm_struct allocation failed"
          + (gfp(record.c).contains(.noFail) ? ". Retrying." : "")
      case .vmallocNoArray: "failed to allocated page array size \(record.b)"
      case .vmallocNoPages: "failed to allocate pages"
      default: "failed to map pages"
      }
    return "\(task): vmalloc error: size \(record.a), \(what), \(mode)"
  }

  /// The name of a cache mode (`cattr_name`).
  private func type(_ mode: UInt64) -> String {
    switch CacheMode(rawValue: UInt8(truncatingIfNeeded: mode)) {
    case .writeBack: "write-back"
    case .writeCombining: "write-combining"
    case .uncachedMinus: "uncached-minus"
    case .uncached: "uncached"
    case .writeThrough: "write-through"
    case nil: "broken"
    }
  }

  /// `%#010Lx`.
  private func tenDigits(_ value: UInt64) -> String {
    let digits = bare(value)
    return "0x" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  /// `%lx`.
  private func bare(_ value: UInt64) -> String { String(value, radix: 16) }

  private func gfp(_ value: UInt64) -> GFP { GFP(rawValue: UInt32(truncatingIfNeeded: value)) }

  /// The names of a gfp_t (`%pGg`).
  private func names(_ gfp: UInt64) -> String { GFP.table(configuration.switches).text(gfp) }

  /// `%#x(%pGg)` of the request's gfp_t.
  private var mode: String {
    "mode:\(hex(record.c))(\(names(record.c))), nodemask=(null)"
  }

  /// `%p` of an address: sixteen digits.
  private func digits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  /// `%pa`.
  private func physical(_ value: UInt64) -> String { "0x" + digits(value) }
}
