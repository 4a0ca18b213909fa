@testable import VMem

/// What the area allocator must answer, found by looking at every free block in order.
struct AreaOracle {
  /// Free blocks, ascending.
  let blocks: [(start: UInt64, end: UInt64)]
  /// Heads of the pools of the current CPU's node, by pages.
  let pooled: [Int: UInt64]

  init(_ machine: borrowing Machine) {
    var blocks: [(start: UInt64, end: UInt64)] = []
    machine.vmAreas.forEachFreeBlock { blocks.append(($0, $1)) }
    var pooled: [Int: UInt64] = [:]
    let node = machine.vmAreas.vmapNodeCount == 0 ? 0 : machine.cpu % machine.vmAreas.vmapNodeCount
    machine.vmAreas.forEachPool { at, pages, addresses in
      if at == node { pooled[pages] = addresses[0] }
    }
    self.blocks = blocks
    self.pooled = pooled
  }

  /// What is known about the answer to a request.
  enum Answer: Equatable {
    /// This address and no other.
    case exactly(UInt64)
    /// Any aligned free place from the first address to the second.
    case between(UInt64, UInt64)
    /// Nothing, or what a reclaim brings.
    case nothing
    /// The shape of the tree decides whether there is an answer.
    case unknown
  }

  /// The answer to a request for `size` bytes, guard page included, in [start, end).
  func answer(
    size: UInt64, align: UInt64, start: UInt64, end: UInt64, usesPools: Bool
  ) -> Answer {
    if usesPools, let head = pooled[Int(size >> 12)], head & (align - 1) == 0 {
      return .exactly(head)
    }
    let isExact = align <= 4096 || end - start == size
    let length = isExact ? size : size + align - 1
    var lowest: UInt64?
    for block in blocks {
      let from = max(block.start, start)
      guard from < block.end else { continue }
      let address = (from &+ (align - 1)) & ~(align - 1)
      guard address >= from else { continue }
      if lowest == nil, address < block.end, block.end - address >= size { lowest = address }
      if block.end - from >= length {
        // A block of this length is taken for certain, so the answer is not above it.
        guard let lowest else { return .unknown }
        if isExact { return lowest + size <= end ? .exactly(lowest) : .nothing }
        return address + size <= end ? .between(lowest, address) : .unknown
      }
    }
    return lowest == nil ? .nothing : .unknown
  }

  /// Whether [start, end) is free.
  func isFree(_ start: UInt64, _ end: UInt64) -> Bool {
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].end <= start { low = middle + 1 } else { high = middle }
    }
    return low < blocks.count && blocks[low].start <= start && end <= blocks[low].end
  }

  /// The highest base at which every member of a group is free, or nil.
  func base(of members: [(offset: UInt64, size: UInt64)], align: UInt64, map: AddressMap) -> UInt64?
  {
    let top = map.vmallocEnd & ~(align - 1)
    var best: UInt64?
    for block in blocks where block.end > map.vmallocStart {
      let end = min(block.end & ~(align - 1), top)
      for member in members where end >= map.vmallocStart + member.offset + member.size {
        let base = end - member.offset - member.size
        guard best == nil || base > best! else { continue }
        if members.allSatisfy({
          base + $0.offset + $0.size <= top
            && isFree(base + $0.offset, base + $0.offset + $0.size)
        }) {
          best = base
        }
      }
    }
    return best
  }
}
