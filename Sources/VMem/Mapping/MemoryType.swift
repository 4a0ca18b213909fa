/// How the CPU caches a mapping, with the kernel's numbers (`enum page_cache_mode`).
public enum CacheMode: UInt8, CaseIterable, Sendable {
  case writeBack = 0
  case writeCombining, uncachedMinus, uncached, writeThrough

  var protection: Protection {
    switch self {
    case .writeBack: .kernel
    case .writeCombining: .writeCombining
    case .uncachedMinus: .uncachedMinus
    case .uncached: .uncached
    case .writeThrough: .writeThrough
    }
  }
}

/// A physical range that is mapped with one cache mode: an entry of the kernel's memtype tree.
struct MemoryType: SlabObject {
  static var cache: Int { 5 }

  var start: UInt64 = 0
  var end: UInt64 = 0
  var mode: UInt32 = 0
  var next = Ref<MemoryType>.none
}

/// The physical ranges that are mapped, so that no two mappings of a range disagree on its caching.
struct MemoryTypes {
  let ram: RAM

  var state: Ref<MappingState> { ram.mapping }

  enum Failure: Error { case conflict, noDescriptor }

  /// Write-back is not to be had where the MTRRs say uncached: everywhere but in RAM (`pat_x_mtrr_type`).
  func actual(_ wanted: CacheMode, _ start: UInt64) -> CacheMode {
    wanted == .writeBack && start >= UInt64(ram.frameCount) << 12 ? .uncachedMinus : wanted
  }

  /// The ranges that overlap [start, end), ascending.
  func overlapping(_ start: UInt64, _ end: UInt64) -> [MemoryType] {
    var found: [MemoryType] = []
    var at = ram[state].memoryTypes
    var limit = ObjectCaches(ram: ram).stepLimit(MemoryType.self)
    while !at.isNone {
      limit.step()
      if ram[at].start < end && start < ram[at].end { found.append(ram[at]) }
      at = ram[at].next
    }
    return found.reversed().sorted { $0.start < $1.start }
  }

  /// Reserves [start, end) and returns the mode it gets: that of the mappings it overlaps, or the
  /// wanted one. The corresponding kernel function is `memtype_reserve`.
  func reserve(
    _ start: UInt64, _ end: UInt64, _ wanted: CacheMode
  ) throws(Failure) -> CacheMode {
    if ram.fails(.memtype) { throw .noDescriptor }
    var mode = actual(wanted, start)
    var isFirst = true
    var at = ram[state].memoryTypes
    var limit = ObjectCaches(ram: ram).stepLimit(MemoryType.self)
    while !at.isNone {
      limit.step()
      let one = ram[at]
      if one.start < end && start < one.end {
        let found = CacheMode(rawValue: UInt8(truncatingIfNeeded: one.mode)) ?? .writeBack
        if isFirst {
          mode = found
          isFirst = false
        } else if found != mode {
          throw .conflict
        }
      }
      at = one.next
    }
    guard let record = ObjectCaches(ram: ram).allocate(MemoryType.self) else {
      throw .noDescriptor
    }
    ram[record] = MemoryType(
      start: start, end: end, mode: UInt32(mode.rawValue), next: ram[state].memoryTypes)
    ram[state].memoryTypes = record
    return mode
  }

  /// Forgets one reservation of exactly [start, end) (`memtype_free`).
  func free(_ start: UInt64, _ end: UInt64) {
    var previous = Ref<MemoryType>.none
    var at = ram[state].memoryTypes
    var limit = ObjectCaches(ram: ram).stepLimit(MemoryType.self)
    while !at.isNone {
      limit.step()
      let one = ram[at]
      if one.start == start && one.end == end {
        if previous.isNone {
          ram[state].memoryTypes = one.next
        } else {
          ram[previous].next = one.next
        }
        return ObjectCaches(ram: ram).free(at)
      }
      previous = at
      at = one.next
    }
  }
}
