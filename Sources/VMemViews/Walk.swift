public import VMem

extension Views {
  /// The translation of an address, level by level, in words: where the tables begin, how the address
  /// is cut, what the TLB says; which entry of which table is looked at and where it lies, its value
  /// and its bits, and where it leads, down to the page or the level that is missing. In JSON an
  /// object comes first that says what stands above the levels; then one object is one level.
  public static func walk(
    _ machine: borrowing Machine, _ address: VirtualAddress, to output: inout ViewOutput
  ) {
    walk(machine, address.bits, to: &output)
  }

  package static func walk(
    _ machine: borrowing Machine, _ address: UInt64, to output: inout ViewOutput
  ) {
    guard machine.map.isCanonical(address) else {
      return notCanonical(machine, address, to: &output)
    }
    let steps = machine.mmu.walk(address)
    if output.isJSON {
      jsonHead(machine, address, steps, to: &output)
      for step in steps { json(machine, WalkedEntry(step, machine.map, address), to: &output) }
      return
    }
    head(machine, address, steps, to: &output)
    for step in steps { text(machine, WalkedEntry(step, machine.map, address), to: &output) }
  }

  private static func notCanonical(
    _ machine: borrowing Machine, _ address: UInt64, to output: inout ViewOutput
  ) {
    if output.isJSON {
      output.beginObject()
      output.field("address", address: address)
      output.field("canonical", flag: false)
      return output.endObject()
    }
    output.writer.address(address)
    output.writer.write(" is not canonical: bits 63 to ")
    output.writer.decimal(machine.map.levels == 4 ? 47 : 56)
    output.writer.write(" are not all equal, so the processor looks at no table")
    output.endLine()
  }

  // MARK: Text

  /// Where the tables begin, how the address is cut, what the TLB has, and the area it lies in.
  private static func head(
    _ machine: borrowing Machine, _ address: UInt64, _ steps: [WalkStep],
    to output: inout ViewOutput
  ) {
    output.writer.write("CR3 ")
    output.writer.address((steps.first?.table ?? 0) << 12)
    output.endLine()
    let fields = AddressField.all(levels: machine.map.levels)
    output.writer.address(address)
    output.writer.write(":")
    for field in fields.dropFirst().dropLast() {
      output.writer.write(" \(field.name) \(field.value(of: address)),")
    }
    output.writer.write(" offset 0x")
    output.writer.hex(address & 4095)
    output.endLine()
    output.writer.write(byte: 0x20)
    for field in fields { output.writer.write(" \(field.digits(of: address))") }
    output.endLine()
    output.writer.write(tlbSentence(machine, address))
    output.endLine()
    guard let sentence = areaSentence(machine, address) else { return }
    output.writer.write(sentence)
    output.endLine()
  }

  /// The area that an address lies in, or nil; of vm_map_ram, which has no vm_struct, its block.
  static func areaSentence(_ machine: borrowing Machine, _ address: UInt64) -> String? {
    var writer = ByteWriter(descriptor: nil)
    guard let area = machine.vmAreas.findVMArea(address) else {
      guard let area = mapRAMArea(machine, address) else { return nil }
      let isBlock = area.areaFlags & VMArea.mapBlock != 0
      writer.write(isBlock ? "in the vm_map_ram block " : "in the vm_map_ram mapping ")
      range(area.start, area.end, to: &writer)
      return writer.takeString()
    }
    writer.write("in area ")
    if let name = machine.pageSets.nameOfArea(area) {
      writer.write(text(machine.names.name(name)))
      writer.write(byte: 0x20)
    }
    range(area.start, area.end, to: &writer)
    if address >= area.start &+ area.size { writer.write(", on its guard page") }
    return writer.takeString()
  }

  /// What vm_map_ram has taken around an address: a block, or a mapping of its own.
  private static func mapRAMArea(_ machine: borrowing Machine, _ address: UInt64) -> VMArea? {
    guard let area = machine.vmAreas.neighbours(of: address).below, address < area.end else {
      return nil
    }
    return area
  }

  /// The entry of the current CPU's TLB that translates an address, or nil.
  static func tlbEntry(_ machine: borrowing Machine, _ address: UInt64) -> TLBEntry? {
    var found: TLBEntry?
    machine.mmu.forEachTLBEntry(machine.cpu) { entry in
      if address &- entry.address < entry.size { found = entry }
    }
    return found
  }

  /// Whether the TLB has the address, where that leads, and whether it should.
  static func tlbSentence(_ machine: borrowing Machine, _ address: UInt64) -> String {
    guard let entry = tlbEntry(machine, address) else {
      return "TLB of CPU \(machine.cpu): miss, so the tables are walked"
    }
    let physical = MapPicture.address(entry.physical)
    let stale = entry.staleness.map { ", stale: \(text($0))" } ?? ""
    return "TLB of CPU \(machine.cpu): hit, \(size(entry)) at \(physical), "
      + "filled by call \(entry.filledAt)\(stale)"
  }

  static func range(_ start: UInt64, _ end: UInt64, to writer: inout ByteWriter) {
    writer.address(start)
    writer.write(byte: 0x2d)
    writer.address(end)
  }

  private static func text(
    _ machine: borrowing Machine, _ step: WalkedEntry, to output: inout ViewOutput
  ) {
    output.writer.write(step.level.name)
    output.writer.write(byte: 0x5b)
    output.writer.decimal(step.index)
    output.writer.write("] at physical ")
    output.writer.address(step.physicalAddress)
    output.writer.write(" (direct map ")
    output.writer.address(machine.map.pageOffset &+ step.physicalAddress)
    output.writer.write(") = ")
    output.writer.address(step.entry.bits)
    output.endLine()
    if step.entry.bits != 0 {
      output.writer.write("  ")
      var isFirst = true
      step.bits.forEach { name, meaning in
        if !isFirst { output.writer.write(", ") }
        isFirst = false
        output.writer.write(name)
        output.writer.write(byte: 0x20)
        output.writer.write(meaning)
      }
      if isFirst { output.writer.write("no attribute") }
      output.endLine()
    }
    output.writer.write("  ")
    target(machine, step, to: &output.writer)
    output.endLine()
  }

  /// Where an entry leads.
  static func target(
    _ machine: borrowing Machine, _ step: WalkedEntry, to writer: inout ByteWriter
  ) {
    switch step.target {
    case .table(let pfn, let level):
      writer.write("leads to the table of ")
      writer.write(level.name)
      writer.write(" entries in frame 0x")
      writer.hex(pfn)
    case .hole: hole(machine, step, to: &writer)
    case .memory(let physical): memory(machine, step, physical, to: &writer)
    }
  }

  private static func memory(
    _ machine: borrowing Machine, _ step: WalkedEntry, _ physical: UInt64,
    to writer: inout ByteWriter
  ) {
    if step.level != .pte {
      writer.write("maps ")
      size(step.size, to: &writer)
      writer.write(" at once: ")
    }
    writer.write("physical ")
    writer.address(physical)
    let pfn = physical >> 12
    if pfn >= UInt64(machine.ram.frameCount) { return writer.write(", device memory") }
    writer.write(", in frame 0x")
    writer.hex(pfn)
    if let page = pageName(machine, pfn) {
      writer.write(", page ")
      writer.write(page)
    }
    writer.write(", struct page at ")
    writer.address(machine.pageSets.structPageAddress(pfn))
    if step.isStale { writer.write("; stale: freed under this entry (map_audit)") }
  }

  /// What is missing, and who could fill it.
  private static func hole(
    _ machine: borrowing Machine, _ step: WalkedEntry, to writer: inout ByteWriter
  ) {
    if step.isWithoutRights {
      writer.write("not present to the CPU, and kept by the kernel (PROT_NONE): ")
      return memory(machine, step, step.entry.userFrame << 12 | step.address & 4095, to: &writer)
    }
    writer.write(step.entry.bits == 0 ? "empty: " : "not present: ")
    let isWindow = machine.map.isVmallocAddress(step.address)
    guard let below = step.levelBelow else {
      writer.write("no page here")
      if isWindow {
        writer.write("; the pte table is there, so set_pte_at can fill this entry in any context")
      }
      return
    }
    writer.write("no ")
    writer.write(below.name)
    writer.write(" table for ")
    let start = step.address & ~(step.size - 1)
    range(start, start &+ step.size, to: &writer)
    writer.write(" (")
    size(step.size, to: &writer)
    writer.write(")")
    if isWindow {
      writer.write(
        "; set_pte_at would fail here, a mapping call first allocates tables and may sleep")
    }
  }

  private static func size(_ bytes: UInt64, to writer: inout ByteWriter) {
    let (number, unit) = TableDump.scaled(bytes)
    writer.decimal(number)
    writer.write(byte: 0x20)
    writer.write(byte: unit)
    writer.write("iB")
  }

  // MARK: JSON

  private static func jsonHead(
    _ machine: borrowing Machine, _ address: UInt64, _ steps: [WalkStep],
    to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("address", address: address)
    output.field("cr3", address: (steps.first?.table ?? 0) << 12)
    output.field("cpu", count: UInt64(machine.cpu))
    let entry = tlbEntry(machine, address)
    output.field("tlb", literal: entry == nil ? "miss" : "hit")
    if let entry {
      output.field("tlb_physical", address: entry.physical)
      output.field("stale", flag: entry.staleness != nil)
    }
    if let sentence = areaSentence(machine, address) { output.field("area", text: sentence) }
    output.endObject()
  }

  private static func json(
    _ machine: borrowing Machine, _ step: WalkedEntry, to output: inout ViewOutput
  ) {
    output.beginObject()
    output.field("address", address: step.address)
    output.field("level", literal: step.level.name)
    output.field("index", count: UInt64(step.index))
    output.field("entry_address", address: step.physicalAddress)
    output.field("direct_map", address: machine.map.pageOffset &+ step.physicalAddress)
    output.field("value", address: step.entry.bits)
    output.beginArray("bits")
    step.bits.forEach { name, _ in output.element(name) }
    output.endArray()
    switch step.target {
    case .table(let pfn, let level):
      output.field("kind", literal: "table")
      output.field("next_level", literal: level.name)
      output.field("physical", address: pfn << 12)
    case .hole where step.isWithoutRights:
      let pfn = step.entry.userFrame
      output.field("kind", literal: "prot_none")
      output.field("physical", address: pfn << 12 | step.address & 4095)
      if let page = pageName(machine, pfn) { output.field("page", text: page) }
    case .hole:
      output.field("kind", literal: "hole")
      if let below = step.levelBelow { output.field("missing_level", literal: below.name) }
    case .memory(let physical):
      output.field("kind", literal: step.level == .pte ? "page" : "leaf")
      output.field("physical", address: physical)
      if let page = pageName(machine, physical >> 12) { output.field("page", text: page) }
    }
    output.endObject()
  }
}
