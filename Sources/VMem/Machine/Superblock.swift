/// Frame 0 of RAM: what the machine is, and where everything else is found.
///
/// Behind it stand the states of the slab caches, the roots of the subsystems (`Roots`), the task the
/// machine boots with and the state of the TLBs.
struct Superblock: BitwiseCopyable {
  static let ref = Ref<Superblock>(granule: 0)
  /// "VMEMCTL" and a newline, little endian.
  static let magic: UInt64 = 0x0a4c_5443_4d45_4d56
  static let formatVersion: UInt32 = 12

  var magic = Self.magic
  var formatVersion = Self.formatVersion
  /// A bit for each `InjectionKind` that may fail: on the cache line every allocation uses.
  var injects: UInt32 = 0
  /// Stands on a granule of its own: `AreaAllocator.state`.
  var areas = AreaState()
  var kernel: UInt16 = 0
  var levels: UInt8 = 4
  var nodes: UInt8 = 1
  var frameCount: UInt32 = 0
  var cpuCount: UInt32 = 1
  var switches: UInt64 = 0
  var moreSwitches: UInt64 = 0
  var currentCPU: UInt32 = 0
  /// Kernel calls that are being made, one inside the other; 0 between them.
  var callDepth: UInt32 = 0
  /// The kernel's top-level table.
  var topTable: UInt32 = 0
  /// Start of the vmalloc window in GiB, of which all higher bits are set; 0 for the usual place.
  var vmallocGiB: UInt32 = 0
  var seed: UInt64 = 1
  var clock: UInt64 = 0
  /// A bit for each CPU that is in the middle of a divided call.
  var busyCPUs: UInt64 = 0
  /// First frame of the struct pages.
  var frameTable: UInt32 = 0
  /// Frames under the allocator's control.
  var managedFrames: UInt32 = 0
  var zones = Ref<Zone>.none
  var perCPU = Ref<PerCPU>.none
  /// What all stacks share, once there is one.
  var stacks = Ref<StackState>.none
  var roots = Roots()
  var contexts = InlineArray<64, UInt8>(repeating: 0)

  var cpus: UInt32 { cpuCount }
  /// Start of the vmalloc window, or 0 for the usual place.
  var vmallocStart: UInt64 { vmallocGiB == 0 ? 0 : UInt64(vmallocGiB) << 30 | 0b11 << 62 }
  @inline(__always)
  var cpu: Int { Int(currentCPU & 63) }
  var nodeOfCurrentCPU: Int {
    nodes == 1 ? 0 : Int(currentCPU) * Int(nodes) / max(1, Int(cpuCount))
  }
}
