/// The tests of the kernel's lib/test_vmalloc.c, in its order: test n has bit n of `run_test_mask`.
package enum VmallocTest: Int, CaseIterable, Sendable {
  case fix_size_alloc_test
  case full_fit_alloc_test
  case long_busy_list_alloc_test
  case random_size_alloc_test
  case fix_align_alloc_test
  case random_size_align_alloc_test
  case align_shift_alloc_test
  case pcpu_alloc_test
  case kvfree_rcu_1_arg_vmalloc_test
  case kvfree_rcu_2_arg_vmalloc_test
  case vm_map_ram_test
  case no_block_alloc_test
  case vrealloc_test

  package var name: String { "\(self)" }

  /// Whether a failure is what the authors expect.
  var mayFail: Bool { self == .align_shift_alloc_test || self == .no_block_alloc_test }

  /// The switch of the kernels that have the test; nil for a test that all have.
  private var feature: Switches? {
    switch self {
    case .vm_map_ram_test: .testMapRAM
    case .no_block_alloc_test: .testNoBlock
    case .vrealloc_test: .testVrealloc
    default: nil
    }
  }

  /// The tests a kernel has.
  static func all(of switches: Switches) -> [VmallocTest] {
    allCases.filter { $0.feature.map(switches.contains) ?? true }
  }
}

/// The module's parameters, under the kernel's names. Values below the least are taken as it.
package struct VmallocTestParameters: Sendable {
  /// Workers, 1 to 65535.
  package var nr_threads: Int32 = 0
  /// Whether workers run the tests in order, and not in one of their own.
  package var sequential_test_order = false
  /// Runs of each test.
  package var test_repeat_count: Int32 = 1
  /// Turns of the loop that most tests are.
  package var test_loop_count: Int32 = 1_000_000
  /// Pages of what the tests with one size allocate; 0 counts as 1.
  package var nr_pages: UInt32 = 0
  /// Whether fix_size_alloc_test asks for large leaves.
  package var use_huge = false
  /// A bit for each test that runs; nil for what the kernel runs by default.
  package var run_test_mask: Int32?
  /// Objects of pcpu_alloc_test.
  package var nr_pcpu_objects: Int32 = 35_000

  package init() {}

  var threads: Int { Int(min(max(nr_threads, 1), 65_535)) }
  var repeats: Int { Int(max(test_repeat_count, 1)) }
  var loops: Int { Int(max(test_loop_count, 1)) }
  var pages: UInt64 { max(UInt64(nr_pages), 1) }

  /// The tests that run, of those that the kernel has.
  func selected(_ switches: Switches) -> [VmallocTest] {
    let mask = run_test_mask ?? (switches.contains(.testFewByDefault) ? 7 : .max)
    return VmallocTest.all(of: switches).filter { mask >> Int32($0.rawValue) & 1 != 0 }
  }
}

/// Why a run of the tests has ended before its time.
package enum VmallocTestStop: Error {
  /// Somebody asked for it. The machine is somewhere in the middle.
  case interrupted
  /// A call that kills a real kernel.
  case refused(Refusal)
}

/// What one worker has counted for one test.
struct VmallocTestCounts: BitwiseCopyable {
  var passed: UInt32 = 0
  var failed: UInt32 = 0
  var xfailed: UInt32 = 0
  /// Ticks of the clock, of all repeats.
  var time: UInt64 = 0
}
