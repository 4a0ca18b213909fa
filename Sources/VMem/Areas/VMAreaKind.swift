/// Who owns a kernel virtual area, and so what its record refers to and who may free it.
///
/// A new kind is a new case; the compiler then names every place where kinds differ.
@usableFromInline package enum VMAreaKind: UInt8, CaseIterable, Sendable {
  /// Whoever asked for it: any call that frees areas frees it, with the pages it owns.
  case caller = 0
  /// A mapping of vm_map_ram, which has no `vm_struct`.
  case mapRAM
  /// A block of vm_map_ram, which has none either and outlives the mappings in it.
  case mapBlock
  /// A member of a per-CPU group; refers to the next one.
  case perCPU
  /// The range of a bpf arena.
  case arena
  /// A thread's stack; a static one owns its pages too.
  case stack
  /// A part of a chunk of per-CPU memory; refers to the next one.
  case perCPUChunk
  /// An area of a real machine, of which only the row is known: it has numbers of pages and none of the
  /// pages; may refer to its `ImportedRow`.
  case imported

  /// The highest number: that of `imported`, which other modules cannot look up without a call.
  @inlinable static var last: UInt8 { 7 }

  /// Whether there is a `vm_struct`, which is what most calls look for.
  @inlinable @inline(__always)
  var hasVMStruct: Bool {
    switch self {
    case .caller, .perCPU, .arena, .stack, .perCPUChunk, .imported: true
    case .mapRAM, .mapBlock: false
    }
  }

  /// Whether `owned` may be a set of pages.
  @inlinable @inline(__always)
  var ownsPages: Bool {
    switch self {
    case .caller, .stack: true
    case .mapRAM, .mapBlock, .perCPU, .arena, .perCPUChunk, .imported: false
    }
  }

  /// Whether only the owner's own calls free it.
  @inline(__always)
  var isFreedByOwner: Bool {
    switch self {
    case .caller, .mapRAM, .mapBlock, .perCPU, .imported: false
    case .arena, .stack, .perCPUChunk: true
    }
  }

  /// Whether a name of the area is one of what was made: a block is not what its mappings return.
  var isNamed: Bool {
    switch self {
    case .caller, .mapRAM, .perCPU, .arena, .stack, .imported: true
    // Its name is one of an object in it.
    case .perCPUChunk: false
    case .mapBlock: false
    }
  }

  /// `vmap_area.flags` of such an area, the node apart.
  var areaFlags: UInt32 {
    switch self {
    case .caller, .perCPU, .arena, .stack, .perCPUChunk, .imported: 0
    case .mapRAM: VMArea.mapRAM
    case .mapBlock: VMArea.mapRAM | VMArea.mapBlock
    }
  }
}

extension VMAreas {
  /// Why an area that must stay does: as a BUG of the function that was to free it.
  @inline(never)
  func whyStays(_ function: KernelFunction, _ area: Ref<VMArea>) -> Refusal {
    let start = ram[area].start
    switch ram[area].kind {
    case .stack: return bug(function, .areaIsStack, start)
    case .arena: return bug(function, .belongsToArena, start, arenas.kernelStart(ram[area].arena))
    case .perCPUChunk: return bug(function, .areaOfChunk, start)
    case .caller, .mapRAM, .mapBlock, .perCPU, .imported:
      return bug(function, .touchesDirectMap, start, ram[area].end)
    }
  }
}
