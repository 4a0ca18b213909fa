/// How a thread's stack gets its pages.
public enum StackPolicy: UInt8, CaseIterable, Sendable {
  /// All of them at once (`alloc_thread_stack_node`).
  case `static` = 0
  /// The top one, and the others by faults (`dynamic_stack_fault`).
  case dynamic
  /// All of them at once; those that were never accessed can be taken back.
  case reclaim
}

/// What is known of a stack besides its area, which is the kernel's `stack_vm_area`.
struct Stack: SlabObject {
  static var cache: Int { 16 }

  var area: Ref<VMArea>
  var policy: StackPolicy.RawValue
  /// Its pages are 2^`order`.
  var order: UInt8
  var unused: UInt16 = 0
  /// Frames of its pages from the top down, as far as it lists them: 0 where it has none. Pages of a
  /// static one belong to its area.
  var slots = InlineArray<16, UInt32>(repeating: 0)

  init(area: Ref<VMArea>, policy: StackPolicy, order: Int) {
    self.area = area
    self.policy = policy.rawValue
    self.order = UInt8(order)
  }

  /// Most pages: as many as slots.
  static let maximumPages = 16
  /// Bytes that a stack can have, in powers of two.
  static let sizes: ClosedRange<UInt64> = 4096...UInt64(maximumPages) << 12
  /// What a static stack ends with (`STACK_END_MAGIC`); others have no page there that may be touched.
  static let endMagic: UInt64 = 0x57ac_6e9d

  var pages: Int { 1 << Int(order & 15) }
  var size: UInt64 { UInt64(pages) << 12 }
  var isDynamic: Bool { policy == StackPolicy.dynamic.rawValue }
}

/// What all stacks share; made with the first of them.
struct StackState: SlabObject {
  static var cache: Int { 17 }

  /// `NR_KERNEL_STACK_KB` and `NR_DYNAMIC_STACKS_FAULTS_KB`, in pages. Both lag behind faults until the
  /// next refill, so that they can be less than nothing.
  var kernelPages: Int64
  var faultPages: Int64
  /// Pages that these count and that no stack lists any more.
  var lostPages: Int64
  /// A bit for each CPU whose task has taken pages from the stash (`PF_DYNAMIC_STACK`): a task is
  /// scheduled before another one runs, so that no other task can have it.
  var marks: UInt64
  var unused: UInt32
  /// Whether CPUs have got their stashes (`fork:dynamic_stack`).
  var hasStashes: UInt32
  /// Pages for faults, three for each CPU: frame times two, plus one when a fault has taken it.
  var stashes: InlineArray<192, UInt32>

  /// Pages of a CPU's stash (`THREAD_DYNAMIC_PAGES`).
  static let stashPages = 3
  /// `Frame.private` of a page in a stash; that of a stack's page is the stack.
  static let stashed: UInt64 = 1
}

extension Frame {
  /// Whether a stack or a stash holds the frame.
  var isOfStack: Bool { type == nil && `private` != 0 }
}
