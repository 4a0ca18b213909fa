internal import CHost
internal import CModule
internal import VMem

/// insmod and rmmod.
extension ModuleHost {
  /// Loads a module and runs its init function.
  ///
  /// - Parameters:
  ///   - bytes: the object.
  ///   - words: `name=value` for its parameters.
  /// - Throws: what the kernel's insmod would say; then nothing of it stays, except for code that died
  ///   of an oops.
  ///
  /// The corresponding kernel function is `load_module`.
  package func insmod(_ name: String, _ bytes: [UInt8], _ words: [String]) throws(ModuleFailure) {
    guard !modules.contains(where: { $0.name == name }) else {
      throw ModuleFailure(.EEXIST, .moduleLoaded)
    }
    let module = try load(name, bytes)
    modules.append(module)
    explainLicense(of: module)
    do throws(ModuleFailure) {
      try setParameters(module, words)
      try copyPerCPU(module)
      for used in module.uses { used.users.append(name) }
      try runInit(module)
    } catch {
      if module.state != .died { unload(module) }
      throw error
    }
    module.state = .live
    // What only init needs is gone: a call of it is told apart.
    poisonInit(module)
  }

  private func runInit(_ module: LoadedModule) throws(ModuleFailure) {
    let named = module.object.symbols.symbol(named: Array("init_module".utf8))
    guard let function = module.pointer(VMEM_INIT) ?? named.map({ module.base + $0.value }) else {
      return
    }
    let value = Int32(truncatingIfNeeded: try run(function, "insmod", module))
    if value < 0 {
      throw ModuleFailure(
        Errno(code: value), .moduleInit, UInt64(bitPattern: Int64(value)))
    }
    if value > 0 {
      log(
        [
          "do_init_module: '\(module.name)'->init suspiciously returned \(value), it should follow "
            + "0/-E convention", "do_init_module: loading module anyway...",
        ], level: 4)
    }
  }

  /// Runs a module's exit function and takes the module away.
  ///
  /// - Parameter isForced: whether it goes although it is in use or permanent.
  ///
  /// The corresponding kernel function is `delete_module`.
  package func rmmod(_ name: String, isForced: Bool = false) throws(ModuleFailure) {
    guard let module = modules.first(where: { $0.name == name }) else {
      throw ModuleFailure(.ENOENT, .moduleNotLoaded)
    }
    try checkUnload(of: module, isForced: isForced)
    module.state = .going
    let named = module.object.symbols.symbol(named: Array("cleanup_module".utf8))
    if let function = module.pointer(VMEM_EXIT) ?? named.map({ module.base + $0.value }) {
      _ = try run(function, "rmmod", module)
    }
    unload(module)
  }

  /// Runs a function of a module as a task of its own, until it is over.
  private func run(
    _ function: UInt64, _ name: String, _ module: LoadedModule
  ) throws(ModuleFailure) -> UInt64 {
    guard let task = spawn(function, 0, name: Array(name.utf8), module) else {
      throw ModuleFailure(.ENOMEM, .moduleMemory)
    }
    task.state = .ready
    run(until: task)
    tasks.removeAll { $0 === task }
    guard case .finished(let value) = task.state else {
      module.state = .died
      // Whoever asked for it is told that anyway.
      deaths.removeAll { $0.task === task }
      defer { isDeadlocked = false }
      throw ModuleFailure(
        isDeadlocked ? .EDEADLK : .EFAULT, isDeadlocked ? .moduleDeadlock : .moduleOops)
    }
    if module.state == .going { reportPendingCalls(into: module) }
    // Threads that were woken get their turns, as on a machine that goes on.
    settle()
    return value
  }

  /// - Parameter pid: nil for the next one.
  func spawn(
    _ function: UInt64, _ argument: UInt64, name: [UInt8], pid: Int32? = nil,
    _ module: LoadedModule?
  ) -> ModuleTask? {
    let record = objects.task()
    let number = pid ?? nextPID
    guard let task = ModuleTask(function, argument, name: name, pid: number, module, record) else {
      objects.free(record)
      return nil
    }
    task.record.pointee.cpu = UInt32(place!.pointee.cpu)
    task.setParent(objects.initTask)
    task.record.pointee.group_leader = task.record
    if pid == nil { nextPID += 1 }
    tasks.append(task)
    tasksByAddress[task.address] = task
    return task
  }

  /// Takes a module away, with its threads, and says what it has left.
  private func unload(_ module: LoadedModule) {
    endTasks(of: module)
    if let chunk = module.percpu?.chunk { _ = try? place!.pointee.percpu.freePerCPU(chunk) }
    checkSlabs()
    reportLeaks(module)
    reportRegions(of: module)
    reportQueues(module)
    for used in module.uses {
      if let index = used.users.firstIndex(of: module.name) { used.users.remove(at: index) }
    }
    modules.removeAll { $0 === module }
    callers.forget(module.contains)
    explained = []
    leftLocks = leftLocks.filter { !module.contains($0.key) }
    module.release()
    if modules.isEmpty { freeEmptySlabs(slab.caches) }
  }

  /// Ends what would go on in code that is gone, and says so.
  private func endTasks(of module: LoadedModule) {
    for task in tasks where task.module === module && !task.isOver {
      report(left: task, of: module)
      task.end()
    }
    for timer in timers where timer.module === module {
      explain("leak: \(Self.dangling("the timer", symbol(at: timer.function)))")
    }
    tasks.removeAll { $0.module === module }
    forgetTasks(of: module)
    timers.removeAll { $0.module === module }
  }

  func report(left task: ModuleTask, of module: LoadedModule) {
    if task.isReported { return }
    let function = symbol(at: task.function)
    switch task.later {
    case _ where task.isTimer:
      explain("leak: the timer with \(function) still runs: its code is gone")
    case .work where task.begin == nil:
      explain("leak: the work with \(function) still runs: its code is gone")
    case .work: explain("leak: \(Self.dangling("the work", function))")
    case .rcu: explain("leak: \(Self.dangling("call_rcu", function))")
    case nil:
      log(["\(module.name): kthread \(task.name):\(task.pid) still runs"], level: 4)
      explain(
        "\(task.name) was never stopped: a kernel oopses at its next step in code that is gone")
    }
  }

  private static func dangling(_ what: String, _ function: String) -> String {
    "\(what) with \(function) is still pending: a kernel will call code that is gone"
  }

  private func reportQueues(_ module: LoadedModule) {
    let left = workQueues.filter { callers[$0.value.given.caller].module == module.name }
    for (address, queue) in left.sorted(by: { $0.key < $1.key }) {
      let whose = "\(queue.name), allocated by \(who(queue.given))"
      explain("leak: the work queue \(whose) was never destroyed")
      workQueues[address] = nil
    }
  }

  private func forgetTasks(of module: LoadedModule) {
    let gone = tasksByAddress.values.filter { $0.module === module }
    for task in gone.sorted(by: { $0.address > $1.address }) { forget(task) }
  }

  /// A task that nobody points at any more.
  func forget(_ task: ModuleTask) {
    tasksByAddress[task.address] = nil
    objects.free(task.record)
  }

  private func reportLeaks(_ module: LoadedModule) {
    for entry in ledger.abandon({ callers[$0].module == module.name }) {
      explain("leak: \(whose(entry)) was never freed")
    }
  }

  private func poisonInit(_ module: LoadedModule) {
    if let data = module.section(".init.data") {
      _ = write([UInt8](repeating: 0xcc, count: data.count), to: data.lowerBound)
    }
    guard !module.initRange.isEmpty else { return }
    let count = Int(module.initRange.count)
    let page = UnsafeMutableRawPointer(bitPattern: UInt(module.initRange.lowerBound & ~4095))!
    let size = Int(
      ((module.initRange.upperBound + 4095) & ~4095) - module.initRange.lowerBound & ~4095)
    // Safe: whole pages of the module's own mapping, which are put back as they were.
    _ = chost_native_protect(page, size, 3)
    // ud2, over and over.
    let trap = (0..<count).map { UInt8($0 % 2 == 0 ? 0x0f : 0x0b) }
    _ = write(trap, to: module.initRange.lowerBound)
    _ = chost_native_protect(page, size, 5)
  }

  // MARK: Parameters and per-CPU objects

  private func setParameters(
    _ module: LoadedModule, _ words: [String]
  ) throws(ModuleFailure) {
    let line = words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ")
    let read: ModuleParameters
    do throws(ParameterError) {
      read = try ModuleParameters(
        Array(line.utf8), module.parameters.map(\.declaration), module: Array(module.name.utf8))
    } catch {
      let lines = error.lines.map { String(decoding: $0, as: UTF8.self) }
      log(lines, level: 3)
      throw ModuleFailure(error.errno, .moduleParameter)
    }
    log(read.warnings.map { String(decoding: $0, as: UTF8.self) }, level: 4)
    for assignment in read.assignments { try assign(assignment, module) }
    for word in ParameterWord.words(of: Array(line.utf8)) {
      let index = module.parameters.firstIndex { $0.declaration.name == word.name }
      if let index {
        module.parameters[index].text = word.value.map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }

  private func assign(
    _ assignment: ParameterAssignment, _ module: LoadedModule
  ) throws(ModuleFailure) {
    let parameter = module.parameters[assignment.index]
    switch assignment.value {
    case .bytes(let bytes): _ = write(bytes, to: parameter.pointer)
    case .texts(let texts):
      for (index, text) in texts.enumerated() {
        let copy = objects.keep(text + [0])
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: copy >> UInt64(8 * $0)) }
        _ = write(bytes, to: parameter.pointer + UInt64(8 * index))
      }
    case .callback(let text): try callSetter(parameter, text, module)
    }
    if parameter.declaration.shape == .array(capacity: parameter.count), parameter.more != 0 {
      let count = UInt32(assignment.count)
      _ = write(
        (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(8 * $0)) }, to: parameter.more)
    }
  }

  /// `set(text, parameter)` of `module_param_cb`, with a `struct kernel_param`.
  private func callSetter(
    _ parameter: LoadedModule.Parameter, _ text: [UInt8]?, _ module: LoadedModule
  ) throws(ModuleFailure) {
    guard let operations = words(parameter.pointer, 2), operations[1] != 0 else { return }
    let name = objects.keep(parameter.declaration.name + [0])
    let value = text.map { objects.keep($0 + [0]) } ?? 0
    var record = [name, module.structure, parameter.pointer, UInt64(parameter.permissions)]
    record.append(parameter.more)
    let structure = objects.keep(
      record.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } })
    guard let task = spawn(operations[1], value, name: Array("insmod".utf8), module) else {
      throw ModuleFailure(.ENOMEM, .moduleMemory)
    }
    defer { tasks.removeAll { $0 === task } }
    running = task
    let end = chost_native_call(operations[1], value, structure, 0)
    running = nil
    let status = Int32(truncatingIfNeeded: end.value)
    guard end.how == Int32(CHOST_NATIVE_FINISHED.rawValue) else {
      report(end.fault, of: task)
      deaths.removeAll { $0.task === task }
      module.state = .died
      throw ModuleFailure(.EFAULT, .moduleOops)
    }
    if status < 0 {
      let what = String(decoding: parameter.declaration.name, as: UTF8.self)
      let given = String(decoding: text ?? [], as: UTF8.self)
      log(
        [
          status == -28
            ? "\(module.name): `\(given)' too large for parameter `\(what)'"
            : "\(module.name): `\(given)' invalid for parameter `\(what)'"
        ], level: 3)
      throw ModuleFailure(Errno(code: status), .moduleParameter)
    }
  }

  /// Each CPU gets a copy of what stands in the section of per-CPU objects.
  private func copyPerCPU(_ module: LoadedModule) throws(ModuleFailure) {
    guard let section = module.section(".vmem.percpu"), !section.isEmpty,
      let bytes = bytes(section.lowerBound, section.count)
    else { return }
    let chunk: UInt64
    do throws(Refusal) {
      chunk = try place!.pointee.percpu.allocPerCPU(size: UInt64(section.count), align: 64)
    } catch { throw ModuleFailure(.ENOMEM, .moduleMemory) }
    module.percpu = (section, chunk)
    for cpu in 0..<(place!.pointee.cpuCount) {
      _ = write(bytes, to: folded(chunk + perCPUOffset(cpu)))
    }
  }
}
