/// What lives where a name leads.
package enum NamedThing {
  /// What was to be made was not.
  case nothing
  case number
  /// A set of so many pages, not all of which have been freed.
  case pages(UInt32)
  /// An area, or what has one: an arena, a stack, a per-CPU group, a mapping of vm_map_ram.
  case area(VMArea)
  /// Pages in a block of vm_map_ram.
  case blockMapping
  case userSpace
  case userMapping
  case file
  case buffer
  /// It is gone.
  case freed
  /// An address of which nobody keeps a record.
  case address
}

extension Names {
  /// What a name stands for now.
  package func thing(behind name: Name) -> NamedThing {
    switch NameKind(rawValue: name.kind) {
    case .number: return .number
    case .pages: return name.isLive && !name.pages.isNone ? .pages(ram[name.pages].count) : .freed
    case .address where name.value != 0: return thing(at: name.value)
    default: return .nothing
    }
  }

  private func thing(at address: UInt64) -> NamedThing {
    if map.isVmallocAddress(address) || address >= map.modulesStart {
      let area = areas.busyArea(containing: address)
      guard !area.isNone else { return .freed }
      if ram[area].kind == .mapBlock {
        return mappings.vmallocToPFN(address) == nil ? .freed : .blockMapping
      }
      return .area(ram[area])
    }
    if (try? users.userSpace(at: address)) != nil { return .userSpace }
    if (try? files.file(at: address)) != nil { return .file }
    if files.isBuffer(address) { return .buffer }
    return address >> 63 == 0 && users.userMapping(at: address) != nil ? .userMapping : .address
  }
}
