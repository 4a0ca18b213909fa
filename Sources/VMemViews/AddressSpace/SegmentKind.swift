internal import VMem

/// What lies in a range of the vmalloc space.
package enum SegmentKind: UInt8, CaseIterable, Sendable {
  // Areas, by who made them
  case vmalloc, vmap, ioremap, sparse, mapRAM, perCPU, arena, stack
  /// An area whose flags say nothing.
  case area
  /// Freed, and not handed out before a purge.
  case unpurged
  /// Purged, and kept by a vmap node for areas of the same size.
  case pool
  /// A free block.
  case hole
  /// In no list of the allocator: a call that runs in parts has it.
  case unlisted

  /// - Parameter hasSparse: whether the kernel knows `VM_SPARSE`.
  init(_ area: borrowing VMArea, hasSparse: Bool) {
    switch area.kind {
    case .mapRAM, .mapBlock: self = .mapRAM
    case .perCPU, .perCPUChunk: self = .perCPU
    case .arena: self = .arena
    case .stack: self = .stack
    case .caller, .imported: self.init(area.flags, hasSparse: hasSparse)
    }
  }

  /// An area by its flags alone.
  init(_ flags: VMFlags, hasSparse: Bool) {
    if hasSparse, flags.contains(.sparse) {
      self = .sparse
    } else if flags.contains(.ioremap) {
      self = .ioremap
    } else if flags.contains(.alloc) {
      self = .vmalloc
    } else {
      self = flags.contains(.map) ? .vmap : .area
    }
  }

  /// The word of vmallocinfo where it has one. The class in pictures, too.
  var name: StaticString {
    switch self {
    case .vmalloc: "vmalloc"
    case .vmap: "vmap"
    case .ioremap: "ioremap"
    case .sparse: "sparse"
    case .mapRAM: "vm_map_ram"
    case .perCPU: "percpu"
    case .arena: "arena"
    case .stack: "stack"
    case .area: "area"
    case .unpurged: "unpurged"
    case .pool: "pool"
    case .hole: "hole"
    case .unlisted: "unlisted"
    }
  }

  /// What it looks like in a bar of text.
  var mark: String {
    switch self {
    case .vmalloc: "#"
    case .vmap: "="
    case .ioremap: "@"
    case .sparse: "%"
    case .mapRAM: "&"
    case .perCPU: "$"
    case .arena: "*"
    case .stack: "|"
    case .area: "+"
    case .unpurged: "~"
    case .pool: "o"
    case .hole: "."
    case .unlisted: "?"
    }
  }

  /// Whether it is in use.
  var isArea: Bool { rawValue <= Self.area.rawValue }
}
