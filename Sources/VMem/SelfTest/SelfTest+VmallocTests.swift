/// The kernel's own tests of vmalloc: workers, what they count, and what the log says of it.
extension SelfTest {
  /// Runs the tests and returns what the kernel logs at the end, which is in the log too. The
  /// corresponding kernel functions are `do_concurrent_test` and `test_func` of lib/test_vmalloc.c.
  ///
  /// Worker i runs on CPU i modulo the CPUs. Workers take turns test by test, and nothing else runs.
  /// Each call is a tick of the clock, which counts as a microsecond; cycles are steps of work, and a
  /// flush of a TLB entry or of all of them is one step on each CPU. Without memory for the table of
  /// results nothing runs and nothing is logged.
  ///
  /// - Parameter isInterrupted: asked every thousand calls whether to stop.
  package func testVmalloc(
    _ parameters: VmallocTestParameters, isInterrupted: @escaping () -> Bool
  ) throws(VmallocTestStop) -> [LogRecord] {
    let (before, contexts) = (cpu, ram[Superblock.ref].contexts)
    defer {
      switchCPU(to: before)
      ram[Superblock.ref].contexts = contexts
      ram[ram.tests].worker = 0
    }
    context = .process
    let results = VmallocTestResults(
      tests: VmallocTest.all(of: configuration.switches).count, workers: parameters.threads)
    guard let table = try? kvmalloc(results.size) else { return [] }
    var records: [LogRecord] = []
    do throws(VmallocTestStop) {
      try runWorkers(parameters, results, table, isInterrupted)
      ram[ram.tests].worker = 0
      do throws(Refusal) {
        records = try summaries(parameters, results, table)
      } catch {
        throw .refused(error)
      }
    } catch {
      try? kvfreeRCUBarrier()
      try? kvfree(table)
      throw error
    }
    try? kvfree(table)
    for record in records { log.append(record) }
    return records
  }

  private func runWorkers(
    _ parameters: VmallocTestParameters, _ results: VmallocTestResults, _ table: UInt64,
    _ isInterrupted: @escaping () -> Bool
  ) throws(VmallocTestStop) {
    let selected = parameters.selected(configuration.switches)
    let tests = VmallocTest.all(of: configuration.switches)
    let orders = (0..<parameters.threads).map { _ in
      parameters.sequential_test_order ? tests : shuffled(tests)
    }
    for turn in tests.indices {
      for number in 0..<parameters.threads where selected.contains(orders[number][turn]) {
        switchCPU(to: number % cpuCount)
        ram[ram.tests].worker = UInt16(number + 1)
        context = .process
        var worker = VmallocTestWorker(isInterrupted: isInterrupted)
        let test = orders[number][turn]
        let counts = try repeated(test, parameters, &worker)
        do throws(Refusal) {
          try results.store(
            mmu, table: table, worker: number, test: tests.firstIndex(of: test) ?? 0, counts)
          try results.add(mmu, table, number, cycles: worker.cycles)
        } catch {
          throw .refused(error)
        }
      }
    }
    do throws(Refusal) { try kvfreeRCUBarrier() } catch { throw .refused(error) }
    vmAreas.runScheduledWork()
  }

  /// Nothing stays in its place: Sattolo's shuffle.
  private func shuffled(_ tests: [VmallocTest]) -> [VmallocTest] {
    var order = tests
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(random(below: UInt64(last))))
    }
    return order
  }

  private func repeated(
    _ test: VmallocTest, _ parameters: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> VmallocTestCounts {
    var counts = VmallocTestCounts()
    let start = clock
    let flushes = ram[ram.paging].flushes
    for _ in 0..<parameters.repeats {
      if try run(test, parameters, &worker) {
        counts.passed += 1
      } else if test.mayFail, has(.testXfail) {
        counts.xfailed += 1
      } else {
        counts.failed += 1
      }
    }
    let after = ram[ram.paging].flushes
    let flushed = after.full &- flushes.full &+ after.pages &- flushes.pages
    worker.cycles += flushed * UInt64(cpuCount)
    counts.time = clock - start
    return counts
  }

  private func summaries(
    _ parameters: VmallocTestParameters, _ results: VmallocTestResults, _ table: UInt64
  ) throws(Refusal) -> [LogRecord] {
    let selected = parameters.selected(configuration.switches)
    let tests = VmallocTest.all(of: configuration.switches)
    let repeats = UInt64(parameters.repeats)
    var records: [LogRecord] = []
    func add(_ message: KernelMessage, _ a: UInt64, _ b: UInt64, _ c: UInt64 = 0, _ d: UInt64 = 0) {
      var record = LogRecord()
      record.time = clock
      record.message = message.rawValue
      record.level = 6
      record.function = .max
      (record.a, record.b, record.c, record.d) = (a, b, c, d)
      records.append(record)
    }
    for number in 0..<parameters.threads {
      for (index, test) in tests.enumerated() where selected.contains(test) {
        let counts = try results.load(mmu, table: table, worker: number, test: index)
        add(
          .testSummary, UInt64(counts.passed) | UInt64(counts.failed) << 32,
          UInt64(counts.xfailed) | repeats << 32,
          UInt64(parameters.loops) | UInt64(test.rawValue) << 32, counts.time / repeats)
      }
      add(.testCycles, UInt64(number), try results.cycles(mmu, table, number))
    }
    return records
  }
}

/// The table of results in the machine's memory: for each worker two words of its own and three for
/// each test, of eight bytes.
struct VmallocTestResults {
  let tests: Int
  let workers: Int

  private var stride: UInt64 { UInt64(2 + 3 * tests) * 8 }
  var size: UInt64 { stride * UInt64(workers) }

  private func place(_ table: UInt64, worker: Int, test: Int) -> UInt64 {
    table + UInt64(worker) * stride + UInt64(2 + 3 * test) * 8
  }

  func store(
    _ mmu: MMU, table: UInt64, worker: Int, test: Int,
    _ counts: VmallocTestCounts
  ) throws(Refusal) {
    let at = place(table, worker: worker, test: test)
    try mmu.store(at, UInt64(counts.passed) | UInt64(counts.failed) << 32)
    try mmu.store(at + 8, UInt64(counts.xfailed))
    try mmu.store(at + 16, counts.time)
  }

  func load(
    _ mmu: MMU, table: UInt64, worker: Int, test: Int
  ) throws(Refusal) -> VmallocTestCounts {
    let at = place(table, worker: worker, test: test)
    let done = try mmu.load(at)
    return VmallocTestCounts(
      passed: UInt32(truncatingIfNeeded: done), failed: UInt32(done >> 32),
      xfailed: UInt32(truncatingIfNeeded: try mmu.load(at + 8)),
      time: try mmu.load(at + 16))
  }

  func add(
    _ mmu: MMU, _ table: UInt64, _ worker: Int, cycles: UInt64
  ) throws(Refusal) {
    let at = table + UInt64(worker) * stride + 8
    try mmu.store(at, try mmu.load(at) + cycles)
  }

  func cycles(
    _ mmu: MMU, _ table: UInt64, _ worker: Int
  ) throws(Refusal) -> UInt64 {
    try mmu.load(table + UInt64(worker) * stride + 8)
  }
}
