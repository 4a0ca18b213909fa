/// The tasks of a machine, and who runs where.
struct TaskState: BitwiseCopyable {
  var count: UInt32 = 0
  /// The tasks that verbs have made; a task's number is its place plus one.
  var records = InlineArray<32, Ref<Task>>(repeating: .none)
  /// The number of each CPU's task; 0 is the one the machine boots with.
  var running = InlineArray<64, UInt8>(repeating: 0)
}

extension RAM {
  @inline(__always)
  var tasks: Ref<TaskState> { self[Superblock.ref].roots.tasks }
}
