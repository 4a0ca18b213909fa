internal import VMem

/// The free addresses of the vmalloc window: `vmap_area`s in a list, and in a tree whose nodes have the
/// largest size below them.
extension KernelObjects {
  mutating func addFreeAreas(_ machine: borrowing Machine) {
    var blocks: [(at: UInt64, size: UInt64)] = []
    machine.vmAreas.forEachFreeBlock { start, end in
      let at = memory.allocate("struct vmap_area")
      store(at, "struct vmap_area", "va_start", start)
      store(at, "struct vmap_area", "va_end", end)
      blocks.append((at, end - start))
    }
    let list = image.offset("struct vmap_area", "list")
    let node = image.offset("struct vmap_area", "rb_node")
    memory.link(image["free_vmap_area_list"], blocks.map { $0.at + list })
    memory.tree(image["free_vmap_area_root"], blocks.map { $0.at + node })
    _ = storeLargest(blocks[...])
  }

  /// The largest of blocks that are a subtree, whose root is the middle one.
  private mutating func storeLargest(
    _ blocks: ArraySlice<(at: UInt64, size: UInt64)>
  ) -> UInt64 {
    guard !blocks.isEmpty else { return 0 }
    let middle = blocks.startIndex + blocks.count / 2
    let below = max(storeLargest(blocks[..<middle]), storeLargest(blocks[(middle + 1)...]))
    let largest = max(blocks[middle].size, below)
    store(blocks[middle].at, "struct vmap_area", "subtree_max_size", largest)
    return largest
  }
}
