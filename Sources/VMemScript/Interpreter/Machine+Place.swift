internal import VMem

extension Machine {
  /// Where an address lies, for a person: in no user's address space, in the direct map, inside an
  /// area, in a guard page, or how far from the nearest.
  func placeText(_ address: UInt64) -> String {
    if address >> 63 == 0, users.currentMM == 0 {
      return
        "a user's address, and CPU \(cpu) uses no address space: `switch_mm MM`, `task NAME --mm MM`"
    }
    let pfn = (address &- map.pageOffset) >> 12
    if let frame = pageSets.structPage(pfn) {
      let isHigh = (try? highmem.pageAddress(pfn)) == nil
      return isHigh && frame.refcount > 0
        ? "the page is high memory: `kmap` gives it an address" : "in the direct map"
    }
    if let area = vmAreas.findVMArea(address) {
      let offset = address &- area.start
      let place = offset < area.size ? "" : "the guard page of "
      return "in \(place)\(describe(area)), offset \(hexadecimal(offset))"
    }
    let (below, above) = vmAreas.neighbours(of: address)
    if let below, address < below.end {
      // Without a vm_struct: vm_map_ram has it.
      let isBlock = below.areaFlags & VMArea.mapBlock != 0
      let range = "\(hexadecimal(below.start))..\(hexadecimal(below.end))"
      return isBlock
        ? "in a part of the vm_map_ram block \(range) where nothing is mapped"
        : "in the vm_map_ram mapping \(range), where nothing is mapped"
    }
    if let below, let above {
      return address &- below.end < above.start &- address
        ? behind(below, address) : before(above, address)
    }
    if let below { return behind(below, address) }
    if let above { return before(above, address) }
    return "no area lives"
  }

  private func behind(_ area: VMArea, _ address: UInt64) -> String {
    "\(hexadecimal(address &- area.end)) behind the end of \(describe(area))"
  }

  private func before(_ area: VMArea, _ address: UInt64) -> String {
    "\(hexadecimal(area.start &- address)) before \(describe(area))"
  }

  private func describe(_ area: VMArea) -> String {
    let range = "\(hexadecimal(area.start))..\(hexadecimal(area.end))"
    return text(of: area.owner).map { "area \($0) (\(range))" } ?? "the area \(range)"
  }
}
