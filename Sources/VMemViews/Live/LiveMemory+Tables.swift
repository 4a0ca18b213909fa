package import VMem

/// Page tables, walked as an MMU without a TLB does.
extension LiveMemory {
  /// A page that tables map: 4 KiB, 2 MiB or 1 GiB.
  package struct Leaf: Equatable {
    /// First address, and bytes.
    package let address: UInt64
    package let size: UInt64
    /// The entry, with the bits of its own level.
    package let entry: UInt64
    /// `U`, `W` and `P` that the entries above it leave.
    package let rights: UInt64
    /// Whether the table it stands in is the machine's own: the kernel's memory is not mapped there.
    let isInRAM: Bool

    package var physical: UInt64 { entry & Entry.pfnMask & ~(size - 1) }
  }

  /// Tables lie in RAM, or in what a dump has beside it, so they are walked by hand here.
  private func entry(_ table: UInt64, _ index: Int, _ machine: borrowing Machine) -> Entry {
    let pfn = table >> 12
    if pfn < frameCount { return machine.ram[table: pfn, index].withoutNote }
    let memory = objects.memory
    let place = table &- memory.base &+ UInt64(index) * 8
    guard table >= memory.base, place < UInt64(memory.size) else { return .none }
    return Entry(bits: memory.words[Int(place >> 3)])
  }

  private static let rights = Entry.present | Entry.writable | Entry.user

  /// The leaf that maps an address on a CPU; nil where there is none.
  package func leaf(_ address: UInt64, cpu: Int, _ machine: borrowing Machine) -> Leaf? {
    guard map.isCanonical(address) else { return nil }
    var table = processors[cpu].top
    var rights = Self.rights
    for depth in stride(from: map.levels, through: 1, by: -1) {
      let size = Level.size(depth: depth)
      let entry = entry(table, Level.index(of: address, depth: depth), machine)
      guard entry.isPresent else { return nil }
      rights &= entry.bits
      if entry.endsWalk(depth: depth) {
        return Leaf(
          address: address & ~(size - 1), size: size, entry: entry.bits, rights: rights,
          isInRAM: table >> 12 < frameCount)
      }
      table = entry.bits & Entry.pfnMask
    }
    return nil
  }

  /// The physical address behind an address on a CPU; nil where nothing is mapped.
  package func translate(_ address: UInt64, cpu: Int, _ machine: borrowing Machine) -> UInt64? {
    leaf(address, cpu: cpu, machine).map { $0.physical + address & ($0.size - 1) }
  }

  /// Bytes from an address of a CPU's on, up to the first that is not mapped.
  package func read(
    _ address: UInt64, _ count: Int, cpu: Int, _ machine: borrowing Machine
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let at = address &+ UInt64(bytes.count)
      let part = min(4096 - Int(at & 4095), count - bytes.count)
      guard let leaf = leaf(at, cpu: cpu, machine) else { break }
      let physical = leaf.physical + at & (leaf.size - 1)
      if isDevice(leaf, physical) {
        bytes += (0..<UInt64(part)).map { machine.mmu.deviceByte(physical + $0) }
      } else {
        let read = read(physical: physical, part, machine)
        bytes += read
        if read.count < part { break }
      }
    }
    return bytes
  }

  /// Whether a device answers: where the machine itself has no RAM.
  private func isDevice(_ leaf: Leaf, _ physical: UInt64) -> Bool {
    if !hasMemory(at: physical) { return true }
    return leaf.isInRAM && kernelRange.contains(physical)
  }

  /// Calls `body` for every leaf of a CPU's tables, ascending by address, until it returns false.
  ///
  /// - Returns: false where tables lead to each other in a circle, so that there would be no end.
  @discardableResult
  package func forEachLeaf(
    cpu: Int, _ machine: borrowing Machine, _ body: (Leaf) -> Bool
  ) -> Bool {
    // Sound tables are visited once each, but for those that several addresses share.
    var left = Int(frameCount) + kernelRange.count >> 12 + 4096
    var goesOn = true
    visit(processors[cpu].top, map.levels, 0, Self.rights, machine, &left, &goesOn, body)
    return left > 0
  }

  private func visit(
    _ table: UInt64, _ depth: Int, _ from: UInt64, _ rights: UInt64, _ machine: borrowing Machine,
    _ left: inout Int, _ goesOn: inout Bool, _ body: (Leaf) -> Bool
  ) {
    left -= 1
    let shift = Level.shift(depth: depth)
    for index in 0..<Level.entries where left > 0 && goesOn {
      let entry = entry(table, index, machine)
      guard entry.isPresent else { continue }
      var address = from | UInt64(index) << shift
      // The bits above the translated ones are copies of the highest.
      if depth == map.levels, index >= Level.userEntries {
        address |= ~(Level.size(depth: depth + 1) - 1)
      }
      if entry.endsWalk(depth: depth) {
        goesOn = body(
          Leaf(
            address: address, size: 1 << shift, entry: entry.bits, rights: rights & entry.bits,
            isInRAM: table >> 12 < frameCount))
      } else {
        visit(
          entry.bits & Entry.pfnMask, depth - 1, address, rights & entry.bits, machine, &left,
          &goesOn, body)
      }
    }
  }
}
