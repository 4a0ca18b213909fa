/// Kinds of allocations that can be made to fail.
public enum InjectionKind: UInt8, CaseIterable, Sendable {
  /// Blocks of pages that calls ask for, by order.
  case allocPage = 0
  /// Descriptors, by cache.
  case slab
  /// Page-table pages, by level.
  case pageTable
  /// Pages that are taken without the allocator's lock, in any context: those of arenas from 7.0 on.
  case noLock

  /// The word that `inject` takes.
  public var name: StaticString {
    switch self {
    case .allocPage: "alloc_page"
    case .slab: "slab"
    case .pageTable: "pgtable"
    case .noLock: "nolock"
    }
  }

  /// The name in the kernel log. A kernel counts page tables as pages, and pages without the lock
  /// not at all: it has no others.
  package var attribute: StaticString {
    switch self {
    case .allocPage: "fail_page_alloc"
    case .slab: "failslab"
    case .pageTable: "fail_pgtable"
    case .noLock: "fail_nolock"
    }
  }

  /// What narrows a kind down: the key that `inject` takes.
  package var filterName: StaticString {
    switch self {
    case .allocPage, .noLock: "order"
    case .slab: "cache"
    case .pageTable: "level"
    }
  }

  /// The values of the filter by their numbers, from 0 on; none for plain numbers.
  package var filterWords: [StaticString] {
    switch self {
    case .allocPage, .noLock: []
    case .slab: SlabCache.allCases.map { $0.name }
    case .pageTable: ["pte", "pmd", "pud", "p4d"]
    }
  }

  /// Highest value of the filter.
  package var lastFilter: UInt32 {
    switch self {
    case .allocPage: UInt32(FrameAllocator.maximumOrder)
    case .noLock: 0
    case .slab, .pageTable: UInt32(filterWords.count) - 1
    }
  }

  @inline(__always)
  var bit: UInt32 { 1 << UInt32(rawValue) }
}

/// What the kernel takes from its slabs in the calls of this machine. The descriptors that only the
/// machine keeps, as those of names, never fail.
package enum SlabCache: UInt8, CaseIterable, Sendable {
  /// Arrays of pointers: an area's pages when they fit a page, and the lists of `pcpu_get_vm_areas`.
  case kmalloc = 0
  case vmStruct, vmapArea, vmapBlock, memtype
  /// Nodes of the index of vm_map_ram's blocks.
  case radixTreeNode
  case mmStruct, vmAreaStruct, taskStruct, inode

  package var name: StaticString {
    switch self {
    case .kmalloc: "kmalloc"
    case .vmStruct: "vm_struct"
    case .vmapArea: "vmap_area"
    case .vmapBlock: "vmap_block"
    case .memtype: "memtype"
    case .radixTreeNode: "radix_tree_node"
    case .mmStruct: "mm_struct"
    case .vmAreaStruct: "vm_area_struct"
    case .taskStruct: "task_struct"
    case .inode: "inode"
    }
  }
}
