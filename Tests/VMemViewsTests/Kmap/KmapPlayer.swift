import Testing

@testable import VMem

/// Plays recorded operations on a machine and words the answers as the recorder did.
struct KmapPlayer: ~Copyable {
  let machine: Machine
  private let slots: Int
  private let step: Int
  var pages: [String: [UInt64]] = [:]
  var names: [String: UInt64] = [:]
  /// What each thread's kmap, for which nobody waited, came to.
  private var finished: [String: String] = [:]
  private var asleep: [(thread: String, name: String)] = []
  /// Addresses that pages of low memory have in the recording, once it has told.
  var low: [UInt64: String] = [:]
  var recorded = ""
  private(set) var logged: UInt64

  init(_ configuration: Configuration) throws {
    machine = try Machine(configuration)
    slots = machine.highmem.localSlots
    step = machine.highmem.localStep
    logged = machine.log.end
  }

  /// The warnings and BUGs since the last call.
  mutating func takeMessages() -> [String] {
    var messages: [String] = []
    for number in logged..<machine.log.end {
      let record = machine.log[number]
      let function = KernelFunction(rawValue: record.function)?.name ?? "?"
      switch KernelMessage(rawValue: record.message) {
      case .warning: messages.append("WARNING \(function)")
      case .bug: messages.append("BUG \(function)")
      default: messages.append("?")
      }
    }
    logged = machine.log.end
    return messages
  }

  /// The answer to an operation; nil for what is not replayed.
  mutating func perform(_ operation: KmapRecording.Operation) throws -> String? {
    recorded = operation.answer
    var words = operation.words
    let first = words[0]
    let isThread = first != "U" && first.first!.isUppercase
    let isApart = first.hasSuffix("&")
    var thread = "vmemctl"
    if isThread {
      thread = isApart ? String(first.dropLast()) : first
      words.removeFirst()
    } else if first == "held" || first == "unheld" {
      thread = "init"
    }
    try machine.selectCPU(thread.hasPrefix("C") || thread.hasPrefix("U") ? 1 : 0)
    try machine.tasks.run(task: Array(thread.utf8).span)
    let answer: String?
    do throws(Refusal) {
      answer = try self.answer(words)
    } catch {
      switch error.outcome {
      case .blocked:
        asleep.append((thread, words[1]))
        answer = "started, task state D"
      case .bug: answer = ""
      default: answer = "\(error)"
      }
    }
    // Between operations every thread waits, and something else runs.
    try machine.tasks.run(task: Array("vmemctl".utf8).span)
    try machine.selectCPU(0)
    try wake()
    return isApart && answer != "started, task state D" ? nil : answer
  }

  /// Lets those run that a kunmap has woken, in the order in which they fell asleep.
  private mutating func wake() throws {
    var left: [(thread: String, name: String)] = []
    for sleeper in asleep {
      do throws(Refusal) {
        if let address = try machine.tasks.run(task: Array(sleeper.thread.utf8).span) {
          names[sleeper.name] = address
          finished[sleeper.thread] = text(address)
        }
      } catch {
        left.append(sleeper)
      }
      try machine.tasks.run(task: Array("vmemctl".utf8).span)
    }
    asleep = left
  }

  // MARK: Operations

  private mutating func answer(_ words: [String]) throws(Refusal) -> String? {
    switch words[0] {
    case "pages": return try allocate(words)
    case "counts": return counts()
    case "pkptes":
      return "\(present()) of \(machine.highmem.kmapWindow!.slots) PKMAP entries present"
    case "pkpte": return entry(Int(words[1])!)
    case "kmap": return try mapped(words[1], machine.highmem.kmap(page(words[2])))
    case "kmaps":
      return list(
        try map(pages(words[1])) { page throws(Refusal) in try machine.highmem.kmap(page) })
    case "kunmap":
      try machine.highmem.kunmap(page(words[1]))
      return "void"
    case "kunmaps":
      for page in pages(words[1]) { try machine.highmem.kunmap(page) }
      return "void"
    case "flush_unused":
      try machine.kmapFlushUnused()
      return "void"
    case "page_address":
      return try machine.highmem.pageAddress(page(words[1])).map { text($0) } ?? "NULL"
    case "is_kmap_addr":
      let address = address(words[1])
      return machine.highmem.touchesWindows(address, address + 1) ? "1" : "0"
    case "to_page": return toPage(address(words[1]))
    case "peek": return bytes(address(words[1]), 4) ?? "-14"
    case "read": return bytes(address(words[1]), 2)
    case "task":
      return asleep.contains { $0.thread == words[1] } ? "D busy=1" : "S busy=0"
    case "wait":
      if asleep.contains(where: { $0.thread == words[1] }) { return "still asleep" }
      return finished.removeValue(forKey: words[1]) ?? "nothing"
    case "msleep": return "void"
    case "cpu": return "cpu=\(machine.cpu)"
    case "ctrl": return control()
    case "slots": return live()
    default: return try localAnswer(words)
    }
  }

  private mutating func localAnswer(_ words: [String]) throws(Refusal) -> String? {
    switch words[0] {
    case "local":
      return try mapped(words[1], machine.highmem.kmapLocalPage(page(words[2]))) + place()
    case "local_pfn":
      let pfn = UInt64(words[2].dropFirst(2), radix: 16)!
      return try mapped(words[1], machine.highmem.kmapLocalPFN(pfn)) + place()
    case "locals":
      let addresses = try map(pages(words[1])) { page throws(Refusal) in
        try machine.highmem.kmapLocalPage(page)
      }
      return list(addresses).trimmed + place()
    case "unlocal":
      try machine.highmem.kunmapLocal(address(words[1]))
      return "void idx=\(index)"
    case "sched_local": return try sleepHolding(page(words[1]))
    case "atomic": return try atomic(words.dropFirst().map { page($0) })
    case "depth":
      for (depth, page) in pages(words[1]).enumerated() {
        // The recorded kernel died at the first that is too deep.
        do throws(Refusal) {
          _ = try machine.highmem.kmapLocalPage(page)
        } catch {
          #expect(depth == (slots - 1) / step)
          throw error
        }
      }
      return nil
    case "lifo_one": return try releaseInWrongOrder(page(words[1]), page(words[2]))
    case "fork_held": return try forkHolding(page(words[1]))
    case "exit_held": return try exitHolding(page(words[1]))
    case "held":
      let address = try machine.highmem.kmapLocalPage(page(words[1]))
      return "\(text(address)) idx=\(index)"
    case "unheld":
      let record = machine.highmem.existingKmapControl!
      try machine.highmem.kunmapLocal(
        machine.highmem.kmapWindow!.localAddress(Int(machine.ram[record].index) - 1))
      return "void idx=\(index)"
    default: return nil
    }
  }

  private func map(
    _ pages: [UInt64], _ body: (UInt64) throws(Refusal) -> UInt64
  ) throws(Refusal) -> [UInt64] {
    var result: [UInt64] = []
    for page in pages { result.append(try body(page)) }
    return result
  }

  private mutating func allocate(_ words: [String]) throws(Refusal) -> String {
    let isHigh = words[3] == "high"
    let set = try machine.allocatePages(
      count: UInt64(words[2])!, gfp: isHigh ? [.kernel, .highmem] : .kernel)
    let frames = (0..<UInt64(machine.pageSets.pageSet(set).count)).map {
      UInt64(machine.pageSets.page($0, of: set)!)
    }
    pages[words[1]] = frames
    for (number, frame) in frames.enumerated() {
      machine.ram.withFrame(UInt32(frame)) { bytes in
        for at in bytes.indices { bytes[at] = 0x80 | UInt8(number & 0x7f) }
        bytes[0] = UInt8(number >> 8)
        bytes[1] = UInt8(truncatingIfNeeded: number)
      }
    }
    let high = frames.count { machine.highmem.isHighMemory($0) }
    return "\(frames.count) pages, \(high) of them highmem"
  }

  // MARK: PKMAP

  private func counts() -> String {
    let window = machine.highmem.kmapWindow!
    var text = "last=\(machine.highmem.pkmapCursor!.last);"
    var at = 0
    while at < window.slots {
      let count = machine.highmem.pkmapCount(at)
      var end = at
      while end + 1 < window.slots, machine.highmem.pkmapCount(end + 1) == count { end += 1 }
      if count > 0 { text += at == end ? " [\(at)]=\(count)" : " [\(at)..\(end)]=\(count)" }
      at = end + 1
    }
    return text + " (others 0)"
  }

  private func present() -> Int {
    let pkmap = machine.highmem.pkmap!
    return (0..<pkmap.window.slots).count { pkmap.entry(pkmap.window.address($0)).isPresent }
  }

  private mutating func entry(_ slot: Int) -> String {
    let address = machine.highmem.pkmap!.window.address(slot)
    let entry = machine.highmem.pkmap!.entry(address)
    let flags = String(entry.bits & ~Entry.pfnMask, radix: 16)
    return "slot \(slot) \(text(address)) \(name(entry.pfn)) flags=0x\(flags)"
  }

  private mutating func toPage(_ address: UInt64) -> String {
    let pfn = machine.highmem.kmapToPage(address)
    let known = name(pfn)
    guard known.hasPrefix("(") else { return known }
    // By the kernel's arithmetic from its own direct map.
    #expect(pfn == (address &- machine.map.pageOffset) >> 12)
    let isLow = pfn < UInt64(machine.ram.frameCount)
    let theirs = isLow ? pfn : (address & 0xffff_ffff - 0xc000_0000) >> 12
    return "(pfn 0x\(String(theirs, radix: 16)) \(isLow ? "lowmem" : "highmem"))"
  }

  // MARK: kmap_local

  private var index: Int {
    machine.highmem.existingKmapControl.map { Int(machine.ram[$0].index) } ?? 0
  }
  private func place() -> String { " cpu=\(machine.cpu) idx=\(index)" }

  private mutating func control() -> String {
    guard let control = machine.highmem.existingKmapControl else {
      return "cpu=\(machine.cpu) idx=0 migration_disabled=0"
    }
    let record = machine.ram[control]
    var text = "cpu=\(machine.cpu) idx=\(index) migration_disabled=\(record.migrationDisabled)"
    for at in 0..<index where record.entries[at].isPresent {
      let flags = String(record.entries[at].bits & ~Entry.pfnMask, radix: 16)
      text += " [\(at)]=\(name(record.entries[at].pfn))(flags 0x\(flags))"
    }
    return text
  }

  private mutating func live() -> String {
    let pkmap = machine.highmem.pkmap!
    var lines: [String] = []
    for number in 0..<slots * machine.cpuCount {
      let address = pkmap.window.localAddress(number)
      let entry = pkmap.entry(address)
      guard entry.isPresent else { continue }
      lines.append(
        "fix FIX_KMAP_BEGIN+\(number) (cpu \(number / slots) entry \(number % slots)) "
          + "\(text(address)) -> \(name(entry.pfn))")
    }
    return lines.isEmpty ? "all none" : lines.joined(separator: "\n")
  }

  private mutating func sleepHolding(_ page: UInt64) throws(Refusal) -> String {
    let address = try machine.highmem.kmapLocalPage(page)
    let task = machine.taskName(machine.task) ?? []
    let before = "mapped \(text(address)) cpu=\(machine.cpu)"
    try machine.tasks.run(task: Array("vmemctl".utf8).span)
    try machine.tasks.run(task: task.span)
    let after = "after sleep cpu=\(machine.cpu) bytes \(bytes(address, 2) ?? "-14")"
    try machine.highmem.kunmapLocal(address)
    return "\(before); \(after)"
  }

  private mutating func atomic(_ pages: [UInt64]) throws(Refusal) -> String {
    var addresses: [UInt64] = []
    for page in pages { addresses.append(try machine.highmem.kmapAtomic(page)) }
    let shown = addresses.map { text($0).dropFirst(2) }.joined(separator: " ")
    let read = addresses.map { (bytes($0, 2) ?? "").filter { $0 != " " } }.joined(separator: " ")
    let held = counters(withIndex: true)
    let isAtomic = machine.context == .atomic ? 1 : 0
    for address in addresses.reversed() { try machine.highmem.kunmapAtomic(address) }
    return "addresses: \(shown); \(held), in_atomic=\(isAtomic); first bytes: \(read); "
      + "after: \(counters(withIndex: true))"
  }

  private func counters(withIndex: Bool) -> String {
    let record = machine.ram[machine.highmem.existingKmapControl!]
    return "preempt_count +\(record.preemptionDisabled), "
      + "pagefault_disabled=\(record.pageFaultsDisabled), "
      + "migration_disabled=\(record.migrationDisabled), idx=\(record.index)"
  }

  private mutating func releaseInWrongOrder(
    _ first: UInt64, _ second: UInt64
  ) throws(Refusal) -> String {
    let (a, b) = (
      try machine.highmem.kmapLocalPage(first), try machine.highmem.kmapLocalPage(second)
    )
    let both = [a, b].map { (bytes($0, 2) ?? "").filter { $0 != " " } }.joined(separator: " ")
    try machine.highmem.kunmapLocal(a)
    let left = index
    let entries = [a, b].map { machine.highmem.pkmap!.entry($0).isPresent ? "present" : "none" }
    // The page that is flushed is the one that was named, so the other may still be read by a TLB.
    TLB(current: machine.ram).flush(page: b)
    let reads = [a, b].map { address in
      bytes(address, 2).map { "rc=0 " + $0.filter { $0 != " " } } ?? "rc=-14"
    }
    try machine.highmem.kunmapLocal(a)
    return "a=\(text(a)) b=\(text(b)) bytes \(both); kunmap_local(a): idx=\(left) "
      + "pte(a) \(entries[0]) pte(b) \(entries[1]); read a \(reads[0]), read b \(reads[1]); "
      + "kunmap_local(a) again: idx=\(index)"
  }

  private mutating func forkHolding(_ page: UInt64) throws(Refusal) -> String {
    _ = try machine.highmem.kmapLocalPage(page)
    let parent = index
    _ = try machine.highmem.kernelThread(Array("child".utf8).span)
    let child = machine.highmem.kmapControl(
      ofTask: try machine.tasks.findTask(Array("child".utf8).span), onCPU: 0)
    let record = machine.ram[child]
    return "parent idx=\(parent); child idx=\(record.index) "
      + "pteval[0]=0x\(String(record.entries[0].bits, radix: 16)) "
      + "migration_disabled=\(record.migrationDisabled)"
  }

  private mutating func exitHolding(_ page: UInt64) throws(Refusal) -> String {
    let parent = machine.taskName(machine.task) ?? []
    let name = Array("exit\(machine.clock)".utf8)
    _ = try machine.highmem.kernelThread(name.span)
    try machine.tasks.run(task: name.span)
    let addresses = [
      try machine.highmem.kmapLocalPage(page), try machine.highmem.kmapLocalPage(page + 1),
    ]
    let shown =
      "child maps \(addresses.map { text($0) }.joined(separator: " ")) "
      + "idx=\(index) cpu=\(machine.cpu) and exits"
    try machine.highmem.exitTask()
    try machine.tasks.run(task: parent.span)
    return shown
  }
}

extension String {
  fileprivate var trimmed: String { last == " " ? String(dropLast()) : self }
}
