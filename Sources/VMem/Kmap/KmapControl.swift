/// What a task has of temporary mappings: the kernel's `kmap_ctrl`, and the counts that a task has
/// beside it. The task that a machine boots with has one for each CPU.
struct KmapControl: SlabObject {
  static var cache: Int { 10 }

  /// `KM_MAX_IDX` of a kernel with guards, which is the larger one.
  static let mostEntries = 33

  enum Sleep: UInt8 { case awake, asleep, woken }

  /// `idx`: entries in use, guards included.
  var index: UInt16 = 0
  var migrationDisabled: UInt16 = 0
  var pageFaultsDisabled: UInt16 = 0
  var preemptionDisabled: UInt16 = 0
  /// Whether it is these that made the CPU's context atomic.
  var raised: UInt8 = 0
  var sleep: UInt8 = 0
  /// Where it cannot leave while migration is disabled.
  var cpu: UInt16 = 0
  var task: UInt32 = 0
  /// The page a sleeping kmap is for, and the name that its address is to get.
  var page: UInt32 = 0
  var name = Ref<Name>.none
  /// What it holds by kmap_local, in slots and without: the last one.
  var held = Ref<LocalMapping>.none
  /// PKRS of the task, and of the interrupt that runs on it.
  var pkrs = InlineArray<2, UInt32>(repeating: ProtectionKeys.initial)
  var unused: UInt32 = 0
  /// `pteval`
  var entries = InlineArray<33, Entry>(repeating: .none)
}
