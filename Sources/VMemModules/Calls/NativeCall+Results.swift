internal import VMem

/// From what the engine answers to what a module gets.
extension NativeCall {
  /// The symbol of the function that calls, as vmallocinfo shows it.
  var symbol: Ref<Symbol> { host.callerSymbol(caller, machine) }
  var callerName: String {
    let number = host.callerNumber(caller)
    return host.callers[number].name
  }
  /// This call, for the ledger.
  var event: Ledger.Event {
    Ledger.Event(
      call: host.table.entries[function].name, caller: host.callerNumber(caller),
      time: machine.clock)
  }

  /// An address for native code, or null when the engine refuses.
  @inline(__always)
  func pointer(_ body: () throws(Refusal) -> UInt64) throws(CallStop) -> UInt64 {
    do throws(Refusal) { return host.folded(try body()) } catch { return try refused(error, 0) }
  }

  /// 0, or the negative of an error number.
  func status(_ body: () throws(Refusal) -> Void) throws(CallStop) -> UInt64 {
    do throws(Refusal) {
      try body()
      return 0
    } catch {
      guard case .errno(let number) = error.outcome else { return try refused(error, .max) }
      return UInt64(bitPattern: -Int64(number.rawValue))
    }
  }

  /// Nothing, whether the engine refuses or not.
  @inline(__always)
  func nothing(_ body: () throws(Refusal) -> Void) throws(CallStop) -> UInt64 {
    do throws(Refusal) { try body() } catch { _ = try refused(error, 0) }
    return 0
  }

  private func refused(_ refusal: Refusal, _ value: UInt64) throws(CallStop) -> UInt64 {
    let hasDied = host.view.oopses > host.toldOopses
    switch refusal.outcome {
    case _ where hasDied, .bug, .fault:
      // The kernel's own lines are in the log.
      throw .oops(
        Oops(lines: [], explanation: refusal.description, isReportOnly: true, hasTitle: true))
    case .errno(.EDEADLK):
      host.explain(refusal.description)
      return value
    default: return value
    }
  }

  // MARK: Explanations

  /// Explains what is wrong with the call, and where it is made.
  func explain(_ sentence: String) { host.explain(sentence, at: caller &- 1) }

  /// The same, at the first time that it is made there.
  func explainOnce(_ sentence: @autoclosure () -> String) {
    if host.explained.insert(caller).inserted { explain(sentence()) }
  }

  /// Takes back what native code was given. A second time is the engine's to complain of, and explained.
  @inline(__always)
  func release(
    _ address: UInt64, _ body: () throws(Refusal) -> Void
  ) throws(CallStop) -> UInt64 {
    let isSecond = take(address) == nil && address != 0
    let past = isSecond ? host.ledger.wasFreed(address) : nil
    defer { if let past { explain("double \(name): \(host.fate(past))") } }
    return try nothing(body)
  }

  // MARK: What was given

  /// Notes that native code has been given something.
  func give(
    _ kind: Ledger.Kind, _ address: UInt64, _ size: UInt64, _ block: Ledger.Block = .whole
  ) {
    guard address != 0 else { return }
    host.ledger.add(
      Ledger.Entry(
        kind: kind, start: host.unfolded(address), size: size, given: event, block: block))
  }

  /// Notes that it was given back; a second time is an oops of its own or left to the engine.
  @discardableResult
  func take(_ address: UInt64) -> Ledger.Entry? {
    host.ledger.remove(address, event)
  }

  // MARK: Memory of the module

  /// Bytes that the module points at.
  func bytes(_ address: UInt64, _ count: Int) throws(CallStop) -> [UInt8] {
    guard let bytes = host.bytes(address, count) else { throw badPointer(address) }
    return bytes
  }

  /// A string of the module's.
  func string(_ address: UInt64) throws(CallStop) -> [UInt8] {
    guard let bytes = host.string(address) else { throw badPointer(address) }
    return bytes
  }

  /// Words that the module points at.
  func words(_ address: UInt64, _ count: Int) throws(CallStop) -> [UInt64] {
    guard count > 0 else { return [] }
    guard count < 1 << 24, let words = host.words(address, count) else { throw badPointer(address) }
    return words
  }

  /// Frames of an array of struct pages.
  func pages(_ address: UInt64, _ count: UInt64) throws(CallStop) -> [UInt64] {
    try words(address, Int(clamping: count)).map {
      $0 == 0 ? PageList.null : ($0 &- host.folded(host.map.vmemmap)) >> 6
    }
  }

  /// Writes into what the module points at.
  func write(_ bytes: [UInt8], to address: UInt64) throws(CallStop) {
    guard host.write(bytes, to: address) else {
      throw badPointer(host.unwritable(address, bytes.count) ?? address, writes: true)
    }
  }

  /// Writes as many bytes, until one of them cannot be written.
  func fill(_ address: UInt64, _ count: UInt64, _ byte: () -> UInt8) throws(CallStop) {
    var done: UInt64 = 0
    while done < count {
      let part = (0..<min(count - done, 4096)).map { _ in byte() }
      try write(part, to: address &+ done)
      done += UInt64(part.count)
    }
  }

  func write(word: UInt64, size: Int = 8, to address: UInt64) throws(CallStop) {
    try write((0..<size).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }, to: address)
  }

  /// A pointer argument that leads nowhere, or to what cannot be written, as the kernel's own function
  /// would find.
  func badPointer(_ address: UInt64, _ prefix: String = "", writes: Bool = false) -> CallStop {
    let shown = host.unfolded(address)
    if MemoryOperand.isNonCanonical(shown) {
      let what = host.wildPointer(shown)
      return .oops(
        Oops(
          lines: [], explanation: "in \(name) called from \(callerName): \(prefix)\(what)",
          name: MemoryOperand.protectionFault(shown)))
    }
    let code = (writes ? NativeView.writes : 0) | (host.isThere(shown) ? 1 : 0)
    return .oops(
      Oops(
        lines: host.pageFaultLines(shown, code),
        explanation: "in \(name) called from \(callerName): \(prefix)"
          + host.explanation(shown, code: code, caller),
        code: code))
  }

  /// The kernel's `might_sleep`: complains where the task holds a spinlock, once a second, and goes on.
  func mightSleep() {
    guard let task = host.running, task.preemptCount > 0 || task.interruptsOff else { return }
    if let last = host.lastSleepComplaint, host.now < last + 1_000_000 { return }
    host.lastSleepComplaint = host.now
    host.complain(
      [
        "BUG: sleeping function called from invalid context at \(name)",
        "in_atomic(): \(task.preemptCount > 0 ? 1 : 0), irqs_disabled(): "
          + "\(task.interruptsOff ? 1 : 0), non_block: 0, pid: \(task.pid), name: \(task.name)",
        "preempt_count: \(host.hex(host.count(task), digits: 1)), expected: 0",
      ])
    explain("\(callerName) calls \(name), which may sleep, with a lock held or interrupts off")
  }
}
