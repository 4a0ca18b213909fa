internal import CHost
internal import CModule
internal import Glibc
internal import VMem
internal import VMemViews

/// Oopses in the kernel's form, and a line that explains each.
extension ModuleHost {
  /// Appends lines to the kernel log.
  func log(_ lines: [String], level: UInt8) {
    for line in lines { place!.pointee.log.write(Array(line.utf8), level: level) }
  }

  /// Logs what a kernel complains of as a BUG or with a WARN, and goes on.
  func complain(_ lines: [String], level: UInt8 = 3) {
    log(lines, level: level)
    complaintCount += 1
    guard complaints.count < Self.mostComplaints else { return }
    let known = lines.first { $0.hasPrefix("BUG: ") || $0.hasPrefix("WARNING: ") }
    complaints.append(known ?? lines.first ?? "")
  }

  /// Complaints of a line that are told beside the log.
  private static let mostComplaints = 4

  func explain(_ sentence: String) { log(["vmemctl: \(sentence)"], level: 3) }

  /// The same, with the source's line of an instruction, where that is known.
  func explain(_ sentence: String, at address: UInt64) {
    explain(sentence + (sourceLine(address).map { " (\($0))" } ?? ""))
  }

  /// A task has died: says of what.
  func report(_ fault: chost_native_fault, of task: ModuleTask) {
    running = task
    defer { running = nil }
    let oops = oops(fault, task)
    let earlier = view.oopses
    // As kernels write it from 6.10 on, and before.
    let isNew = view.configuration.switches.contains(.oopsUID)
    log(oops.lines, level: 1)
    if !oops.isReportOnly {
      let code = hex(UInt64(oops.code), digits: 4)
      let title = (isNew ? "Oops: " : "") + (oops.name ?? "Oops")
      log(["\(title): \(code) [#\(view.nextOops())] SMP"], level: 0)
    }
    let isJump = fault.signal == SIGSEGV && fault.error & NativeView.fetches != 0
    let rip = oops.rip ?? (fault.rip != 0 || isJump ? fault.rip : task.function)
    if !oops.hasTitle {
      log(
        [
          "CPU: \(task.cpu) \(isNew ? "UID: 0 " : "")PID: \(task.pid) Comm: \(task.name) "
            + "Tainted: \(taint(after: earlier))"
        ], level: 0)
    }
    log(["RIP: 0010:\(symbol(at: rip))"], level: 0)
    let trace = callers(fault).map { " \($0)" }
    if !trace.isEmpty { log(["Call Trace:", " <TASK>"] + trace + [" </TASK>"], level: 0) }
    if let sentence = oops.explanation {
      let line = sourceLine(fault.signal == 0 ? rip &- 1 : rip) ?? callersLine(fault)
      explain(sentence + (line.map { " (\($0))" } ?? ""))
    }
    task.module?.hasOopsed = true
    toldOopses = view.oopses
    noteDeath(of: task, oops)
  }

  /// Says what a kernel does about the rest, and keeps what the task has died of.
  private func noteDeath(of task: ModuleTask, _ oops: Oops) {
    let what = oops.explanation ?? oops.lines.first ?? "an oops"
    task.module?.fault = what
    let owner = task.module.map { " [\($0.name)]" } ?? ""
    deaths.append((task, "\(task.name):\(task.pid)\(owner): \(what)"))
    if oops.isLockup { taints.insert(.lockup) }
    if task.isSoftirq {
      log(["Kernel panic - not syncing: Fatal exception in interrupt"], level: 0)
      explain("a kernel stops here, as no task can be ended for it; this machine goes on")
    } else {
      noteCounts(ofDead: task)
    }
    keepLocks(of: task, "died of an oops")
  }

  /// What tasks have died of that nobody waited for, and what the kernel has complained of, since this
  /// was asked last.
  package func takeTroubles() -> [String] {
    defer { (deaths, complaints, complaintCount) = ([], [], 0) }
    let rest = complaintCount - complaints.count
    return deaths.map { "oops: \($0.text)" } + complaints
      + (rest > 0 ? ["\(rest) more complaints"] : [])
  }

  // MARK: What happened

  private func oops(_ fault: chost_native_fault, _ task: ModuleTask) -> Oops {
    switch fault.signal {
    case 0:
      let oops = pendingOops ?? Oops(lines: ["BUG: unknown"])
      pendingOops = nil
      return oops
    case SIGALRM:
      return lockup(of: task, "\(task.name) did not leave the CPU for \(longestTurn) seconds")
    case Int32(CHOST_NATIVE_SLEPT):
      return Oops(
        lines: ["BUG: scheduling while atomic: \(task.name)/\(task.pid)/0x00000002"],
        explanation: "a function that the engine calls back cannot wait", isReportOnly: true)
    case SIGFPE: return Oops(lines: [], explanation: "a division by zero", name: "divide error")
    case SIGILL:
      let late = modules.first { $0.isPastInit(rip: fault.rip) }.map {
        "a call of \(symbol(at: fault.rip)), which is __init: \($0.name) is past its init"
      }
      return Oops(
        lines: [],
        explanation: late
          ?? "an instruction that there is not, as compilers put where behaviour is undefined "
          + "(a division by zero)", name: "invalid opcode")
    case SIGTRAP: return Oops(lines: [], explanation: "a breakpoint instruction", name: "int3")
    default: return fault.trap == 14 ? pageFault(fault, task) : protectionFault(fault)
    }
  }

  func lockup(of task: ModuleTask, _ sentence: String) -> Oops {
    Oops(
      lines: [
        "watchdog: BUG: soft lockup - CPU#\(task.cpu) stuck for \(longestTurn)s! "
          + "[\(task.name):\(task.pid)]"
      ],
      explanation: sentence, isReportOnly: true, isLockup: true)
  }

  /// A fault within a function that the engine has called back.
  func unwound(_ fault: chost_native_fault) -> Oops {
    guard let task = running else { return Oops(lines: ["BUG: fault outside of tasks"]) }
    var oops = oops(fault, task)
    oops.rip = fault.rip
    return oops
  }

  private func protectionFault(_ fault: chost_native_fault) -> Oops {
    let registers = withUnsafeBytes(of: fault.registers) { Array($0.bindMemory(to: UInt64.self)) }
    // The instruction may end with its page.
    let code = (1...15).reversed().lazy.compactMap { self.bytes(fault.rip, $0) }.first ?? []
    var address = MemoryOperand(code, registers, read: { self.words($0, 1)?[0] }).address
    if MemoryOperand.isNonCanonical(fault.rip) { address = fault.rip }
    return Oops(
      lines: [],
      explanation: address.map { wildPointer($0) } ?? "an instruction for the kernel's mode alone",
      name: MemoryOperand.protectionFault(address))
  }

  private func pageFault(_ fault: chost_native_fault, _ task: ModuleTask) -> Oops {
    let address = unfolded(fault.address)
    if chost_native_is_stack_end(task.native, fault.address) != 0 {
      return Oops(
        lines: ["BUG: TASK stack guard page was hit at \(hex(address, digits: 16))"],
        explanation: "the stack of \(task.name) is full: it has \(ModuleTask.stackSize >> 10) KiB",
        name: "stack guard page")
    }
    let code = fault.error & 0x12 | (isThere(address) ? 1 : 0)
    let isAbove = chost_native_is_above_stack(task.native, fault.address) != 0
    return Oops(
      lines: pageFaultLines(address, code),
      explanation: isAbove
        ? "behind the upper end of the stack of \(task.name): something on it is written beyond its size"
        : explanation(address, code: code, fault.rip),
      code: code)
  }

  /// Whether anything is mapped at an address, whatever it may be used for.
  func isThere(_ address: UInt64) -> Bool {
    module(atShown: address) != nil
      || address >> 47 != 0 && view.pages(at: address, error: 0) != nil
  }

  /// The module that an address lies in, as a kernel would have it.
  func module(atShown address: UInt64) -> LoadedModule? {
    modules.first { address &- $0.shownBase < $0.size }
  }

  /// The lines that say what could not be accessed, and how: bit 0 of the code says that it is there.
  func pageFaultLines(_ address: UInt64, _ code: UInt32) -> [String] {
    let access =
      code & NativeView.fetches != 0
      ? "instruction fetch" : code & NativeView.writes != 0 ? "write access" : "read access"
    let what =
      address < 4096
      ? "BUG: kernel NULL pointer dereference, address: "
      : "BUG: unable to handle page fault for address: "
    return [
      what + hex(address, digits: 16), "#PF: supervisor \(access) in kernel mode",
      "#PF: error_code(0x\(hex(UInt64(code), digits: 4))) - "
        + (code & 1 != 0 ? "permissions violation" : "not-present page"),
    ]
  }

  // MARK: Places

  /// `f+0x13/0xc2 [mod]`, or the name of a function of the engine.
  func symbol(at address: UInt64) -> String {
    for module in modules where module.contains(address) { return module.symbol(at: address) }
    if let name = thunks.name(at: address) { return name }
    // The engine's own code has called the task's function, and whoever it ended with returns there.
    if address >> 47 == 0, address != 0, chost_native_has(address) == 0,
      let function = running?.function,
      let module = modules.first(where: { $0.contains(function) })
    {
      return module.symbol(at: function)
    }
    return "0x" + hex(unfolded(address), digits: 1)
  }

  /// `file.c:31` of an address in a module.
  func sourceLine(_ address: UInt64) -> String? {
    for module in modules where module.contains(address) { return module.line(at: address) }
    return nil
  }

  private func callersLine(_ fault: chost_native_fault) -> String? {
    for address in returnAddresses(fault) {
      if let line = sourceLine(address &- 1) { return line }
    }
    return nil
  }

  private func callers(_ fault: chost_native_fault) -> [String] {
    returnAddresses(fault).filter { address in modules.contains { $0.contains(address) } }
      .map { symbol(at: $0) }
  }

  /// The chain of frames, as far as it can be read.
  private func returnAddresses(_ fault: chost_native_fault) -> [UInt64] {
    var result: [UInt64] = []
    var frame = fault.rbp
    // What a function of C was called by stands on top of the stack.
    if !modules.contains(where: { $0.contains(fault.rip) }), let top = words(fault.rsp, 1) {
      result.append(top[0])
    }
    while frame != 0, result.count < 16, let words = words(frame, 2), words[0] > frame {
      result.append(words[1])
      frame = words[0]
    }
    return result
  }

  /// Words that native code sees; nil where it sees nothing.
  func words(_ address: UInt64, _ count: Int) -> [UInt64]? {
    guard let pointer = UnsafeRawPointer(bitPattern: UInt(address)) else { return nil }
    var result = [UInt64](repeating: 0, count: count)
    let copied = result.withUnsafeMutableBytes {
      chost_native_copy($0.baseAddress!, pointer, count * 8)
    }
    return copied == count * 8 ? result : nil
  }

  func hex(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
