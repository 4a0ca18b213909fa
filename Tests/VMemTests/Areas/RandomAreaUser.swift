import TestSupport
@testable import VMem

/// Uses the area allocator at random and knows what every answer must be.
struct RandomAreaUser {
  private enum Holding {
    case area
    case mapRAM(UInt64)
    case group([(start: UInt64, end: UInt64)])
  }

  private var random: SeededGenerator
  private var held: [(start: UInt64, end: UInt64, what: Holding)] = []
  private let page: UInt64
  /// What went wrong, when a step returns false.
  private(set) var complaint = ""

  init(_ machine: borrowing Machine, seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    page = machine.frameNumbers(of: try machine.allocatePages(count: 1))[0]
  }

  /// One random call. Returns false when its answer is wrong.
  mutating func step(_ machine: borrowing Machine) -> Bool {
    let wantsMore = held.count < 250
    switch random.below(100) {
    case 0..<3:
      let cpu = random.below(UInt64(machine.cpuCount))
      let refused = refusal(of: { () throws(Refusal) in try machine.selectCPU(cpu) })
      return expect(refused == nil, "cpu \(cpu) is refused")
    case 3: return happens { () throws(Refusal) in try machine.unmapAliases() }
    case 4: return happens { () throws(Refusal) in try machine.drainLazyAreas() }
    case 5:
      return random.below(4) > 0
        || happens { () throws(Refusal) in try machine.shrinkVmapNodes() }
    case 6:
      return random.below(8) > 0 || happens { () throws(Refusal) in try machine.reclaimAreas() }
    case 7..<14: return mapRAM(machine)
    case 14..<17: return group(machine)
    case 17..<(wantsMore ? 65 : 45): return allocate(machine)
    default: return held.isEmpty || free(random.index(held.count), machine)
    }
  }

  private mutating func happens(_ call: () throws(Refusal) -> Void) -> Bool {
    expect(refusal(of: call) == nil, "a purge is refused")
  }

  /// Whether the machine's busy areas that have a vm_struct are those held.
  mutating func checkBusy(_ machine: borrowing Machine) -> Bool {
    var mine: [UInt64] = []
    for holding in held {
      switch holding.what {
      case .area: mine.append(holding.start)
      case .group(let members): mine += members.map(\.start)
      case .mapRAM: break
      }
    }
    var busy: [UInt64] = []
    machine.vmAreas.forEachBusyArea { if $0.isVMStruct { busy.append($0.start) } }
    return expect(busy == mine.sorted(), "busy areas are not those that are held")
  }

  mutating func freeAll(_ machine: borrowing Machine) -> Bool {
    while !held.isEmpty { if !free(held.count - 1, machine) { return false } }
    return true
  }

  private mutating func expect(_ holds: Bool, _ text: @autoclosure () -> String) -> Bool {
    if !holds { complaint = text() }
    return holds
  }

  // MARK: Areas

  private mutating func window(_ map: AddressMap, _ size: UInt64) -> (UInt64, UInt64) {
    switch random.below(8) {
    case 0: return (AddressMap(levels: 4).modulesStart, AddressMap.modulesEnd)
    case 1:
      let start = map.vmallocStart + 1 << 30 + random.below(64) << 16
      return (start, start + 2 << 20)
    case 2:
      let start = map.vmallocStart + random.below(1 << 14) << 12
      return (start, start + size)
    case 3: return (4096, 1 << 20)
    default: return (map.vmallocStart, map.vmallocEnd)
    }
  }

  private mutating func allocate(_ machine: borrowing Machine) -> Bool {
    let bytes =
      switch random.below(10) {
      case 0: 1 + random.below(3 << 20)
      case 1: 1 + random.below(4 << 30)
      default: 1 + random.below(16 << 12)
      }
    var size = (bytes + 4095) & ~4095
    var flags: VMFlags = []
    if random.once(in: 6) { flags.insert(.noGuard) }
    var align: UInt64 = 1
    if random.once(in: 4) { align = 1 << random.below(22) }
    if random.once(in: 8) {
      flags.insert(.ioremap)
      align = 4096
      while align < size && align < 1 << 30 { align <<= 1 }
    }
    if !flags.contains(.noGuard) { size += 4096 }
    let (start, end) = window(machine.map, size)
    let isWhole = start == machine.map.vmallocStart && end == machine.map.vmallocEnd
    let oracle = AreaOracle(machine)
    let wanted = oracle.answer(
      size: size, align: align, start: start, end: end,
      usesPools: isWhole && machine.vmAreas.vmapNodeCount > 1)
    let text = "get_vm_area \(bytes) flags \(flags.rawValue) align \(align) in \(hex(start))"
    do throws(Refusal) {
      let address = try machine.vmAreas.getVMArea(
        size: bytes, flags: flags, align: align, start: start, end: end)
      return take(address, size, align, start, end, wanted, oracle, text)
    } catch {
      let isAllowed =
        switch wanted {
        case .nothing, .unknown: error.outcome == .null
        default: false
        }
      return expect(isAllowed, "\(text): \(error), expected \(wanted)")
    }
  }

  private mutating func take(
    _ address: UInt64, _ size: UInt64, _ align: UInt64, _ start: UInt64, _ end: UInt64,
    _ wanted: AreaOracle.Answer, _ oracle: AreaOracle, _ text: String
  ) -> Bool {
    let isRight =
      switch wanted {
      case .exactly(let place): address == place
      case .between(let low, let high):
        low <= address && address <= high && oracle.isFree(address, address + size)
      // A reclaim may have made room.
      case .nothing, .unknown: true
      }
    guard
      expect(isRight, "\(text): \(hex(address)), expected \(wanted)"),
      expect(address & (align - 1) == 0, "\(text): \(hex(address)) is not aligned"),
      expect(address >= start && address + size <= end, "\(text): \(hex(address)) lies outside")
    else { return false }
    return hold(address, address + size, .area)
  }

  private mutating func hold(_ start: UInt64, _ end: UInt64, _ what: Holding) -> Bool {
    for other in held {
      if case .group(let members) = other.what {
        for member in members where start < member.end && member.start < end {
          return expect(false, "\(hex(start)) overlaps a group at \(hex(member.start))")
        }
      } else if start < other.end && other.start < end {
        return expect(false, "\(hex(start)) overlaps \(hex(other.start))")
      }
    }
    if case .group = what { return true }
    held.append((start, end, what))
    return true
  }

  // MARK: vm_map_ram and groups

  private mutating func mapRAM(_ machine: borrowing Machine) -> Bool {
    let count = random.once(in: 6) ? 1 + random.below(100) : 1 + random.below(12)
    let pages = [UInt64](repeating: page, count: Int(count))
    do throws(Refusal) {
      let address = try machine.mappings.vmMapRAM(pages)
      let isMapped = machine.mappings.vmallocToPFN(address + (count - 1) << 12) == page
      return expect(isMapped, "vm_map_ram: \(hex(address)) is not mapped")
        && hold(address, address + count << 12, .mapRAM(count))
    } catch {
      return expect(error.rule == .noFrames || error.rule == .noTableMemory, "\(error)")
    }
  }

  private mutating func group(_ machine: borrowing Machine) -> Bool {
    let align = UInt64(1) << (12 + random.below(6))
    var members: [(offset: UInt64, size: UInt64)] = []
    var offset: UInt64 = 0
    for _ in 0...random.below(3) {
      let size = (1 + random.below(4)) * align
      members.append((offset, size))
      offset += size + random.below(16) * align
    }
    if random.once(in: 2) { members.reverse() }
    let wanted = AreaOracle(machine).base(of: members, align: align, map: machine.map)
    do throws(Refusal) {
      let address = try machine.percpu.getPerCPUAreas(align: align, members)
      let base = address - members[0].offset
      guard expect(base == wanted, "group at \(hex(base)), expected \(hex(wanted ?? 0))")
      else { return false }
      let ranges = members.map { (start: base + $0.offset, end: base + $0.offset + $0.size) }
      for range in ranges where !hold(range.start, range.end, .group([])) { return false }
      held.append((address, address, .group(ranges)))
      return true
    } catch {
      return expect(wanted == nil && error.outcome == .null, "group: \(error)")
    }
  }

  private mutating func free(_ index: Int, _ machine: borrowing Machine) -> Bool {
    held.swapAt(index, held.count - 1)
    let (start, end, what) = held.removeLast()
    let refused =
      switch what {
      case .area: refusal(of: { () throws(Refusal) in try machine.vmAreas.freeVMArea(start) })
      case .mapRAM(let count):
        refusal(of: { () throws(Refusal) in try machine.mappings.vmUnmapRAM(start, count: count) })
      case .group: refusal(of: { () throws(Refusal) in try machine.percpu.freePerCPUAreas(start) })
      }
    return expect(refused == nil, "free \(hex(start))-\(hex(end)): \(String(describing: refused))")
  }
}
