internal import VMemViews

/// An event of one of the vmalloc tracepoints, as a line of a trace has it.
struct TraceEvent: Equatable {
  enum Kind: UInt8 {
    /// `alloc_vmap_area`
    case alloc
    /// `free_vmap_area_noflush`
    case free
    /// `purge_vmap_area_lazy`
    case purge
  }

  var kind: Kind
  /// Whether an allocation found no place.
  var failed = false
  /// The CPU, or -1 where the line does not say.
  var cpu: Int16 = -1
  /// The task, or -1 where the line does not say.
  var pid: Int32 = -1
  /// The task's name, as the trace has it in its table.
  var task = PackedTexts.Number.empty
  /// Line of the file, counted from 1.
  var line: UInt32 = 0
  /// Nanoseconds, or what the clock of the trace counts; nil where the line does not say.
  var time: UInt64?
  /// `va_start` of an allocation and a free, `start` of a purge.
  var address: UInt64 = 0
  /// `size` of an allocation, `nr_lazy` of a free, `end` of a purge.
  var size: UInt64 = 0
  /// `align` of an allocation, `nr_lazy_max` of a free, `num_purged` of a purge.
  var align: UInt64 = 0
  var start: UInt64 = 0
  var end: UInt64 = 0

  /// Whether both have a CPU, and not the same.
  func isOnAnotherCPU(than other: TraceEvent) -> Bool {
    cpu >= 0 && other.cpu >= 0 && cpu != other.cpu
  }
}
