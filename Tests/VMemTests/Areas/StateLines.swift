import VMem

/// The allocator's state in the words of the recordings.
enum StateDump {
  static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  static func lines(_ machine: borrowing Machine) -> [String] {
    var lines: [String] = []
    machine.vmAreas.forEachBusyArea {
      lines.append("busy \(hex($0.start)) \(hex($0.end)) flags=\(hex(UInt64($0.areaFlags)))")
    }
    var waiting: [(start: UInt64, end: UInt64, node: Int)] = []
    machine.vmAreas.forEachLazyArea { waiting.append(($0.start, $0.end, $1)) }
    for area in waiting.sorted(by: { $0.start < $1.start }) {
      lines.append("lazy \(hex(area.start)) \(hex(area.end)) node=\(area.node)")
    }
    machine.vmAreas.forEachFreeBlock { lines.append("free \(hex($0)) \(hex($1))") }
    machine.vmAreas.forEachPool { node, pages, addresses in
      let list = addresses.map(hex).joined(separator: " ")
      lines.append("pool node=\(node) pages=\(pages) len=\(addresses.count): \(list)")
    }
    lines.append("lazy_pages \(machine.counters.lazyPages)")
    lines.append("end")
    return lines
  }
}

/// Counts and 64-bit FNV-1a hashes of the allocator's state.
struct StateSum {
  static let basis: UInt64 = 0xcbf2_9ce4_8422_2325
  let line: String

  static func add(_ hash: inout UInt64, _ value: UInt64) {
    for shift in 0..<8 {
      hash = (hash ^ (value >> UInt64(8 * shift) & 0xff)) &* 0x100_0000_01b3
    }
  }

  init(_ machine: borrowing Machine) {
    var (busy, lazy, free) = (Self.basis, Self.basis, Self.basis)
    var (pool, shape) = (Self.basis, Self.basis)
    var (nbusy, nlazy, nfree, npool) = (0, 0, 0, 0)
    machine.vmAreas.forEachBusyArea {
      nbusy += 1
      for value in [$0.start, $0.end, UInt64($0.areaFlags)] { Self.add(&busy, value) }
    }
    var waiting: [[UInt64]] = []
    machine.vmAreas.forEachLazyArea { waiting.append([$0.start, $0.end, UInt64($1)]) }
    for area in waiting.sorted(by: { $0[0] < $1[0] }) {
      nlazy += 1
      for value in area { Self.add(&lazy, value) }
    }
    machine.vmAreas.forEachFreeBlock {
      nfree += 1
      for value in [$0, $1] { Self.add(&free, value) }
    }
    machine.vmAreas.forEachPool { node, pages, addresses in
      npool += addresses.count
      for value in [UInt64(node), UInt64(pages), UInt64(addresses.count)] + addresses {
        Self.add(&pool, value)
      }
    }
    machine.vmAreas.forEachFreeTreeNode { node in
      guard let node else { return Self.add(&shape, 0) }
      for value in [node.start, node.isBlack ? 1 : 0, node.maximum] { Self.add(&shape, value) }
    }
    func hex(_ value: UInt64) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    line =
      "sum nbusy=\(nbusy) nlazy=\(nlazy) nfree=\(nfree) npool=\(npool)"
      + " lazy_pages=\(machine.counters.lazyPages) busy=\(hex(busy)) lazy=\(hex(lazy))"
      + " free=\(hex(free)) pool=\(hex(pool)) shape=\(hex(shape))"
  }
}
