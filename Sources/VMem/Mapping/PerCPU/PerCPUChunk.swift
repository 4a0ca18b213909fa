/// A chunk of per-CPU memory: the kernel's `pcpu_chunk`.
struct PerCPUChunk: Listed {
  static var cache: Int { 19 }

  /// Address of the unit of CPU 0.
  var base: UInt64
  /// Bytes of a unit that objects have, alignment apart.
  var used: UInt64 = 0
  /// What describes it, in areas of their own: a bit for each four bytes that are taken, a bit for each
  /// place where an object starts or ends, the runs of each page, and who is charged for each object.
  var records = InlineArray<4, UInt64>(repeating: 0)
  /// For each alignment from one step on, the least steps that found no place since an object was last
  /// given up: what the kernel's `contig_hint` spares, with alignment.
  var unfit = InlineArray<12, UInt16>(repeating: .max)
  var next = Ref<PerCPUChunk>.none
  var previous = Ref<PerCPUChunk>.none

  /// `alloc_map` and `bound_map`.
  static let taken = 0
  static let bounds = 1
  /// Bytes that a bit stands for (`PCPU_MIN_ALLOC_SIZE`).
  static let step: UInt64 = 4
}
