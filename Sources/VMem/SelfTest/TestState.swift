/// What `test_vmalloc` keeps.
struct TestState: BitwiseCopyable {
  /// Random numbers drawn since boot.
  var draws: UInt64 = 0
  /// Worker of a test that runs, plus one; 0 for the task that runs verbs.
  var worker: UInt16 = 0
}

extension RAM {
  var tests: Ref<TestState> { self[Superblock.ref].roots.tests }
}
