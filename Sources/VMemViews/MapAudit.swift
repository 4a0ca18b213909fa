package import VMem

extension Views {
  /// Every entry of page tables that leads to a free frame, to a frame that somebody else has by now, or
  /// to no memory: its address, the area or address space it belongs to, the frame, and what that is.
  package static func mapAudit(_ machine: borrowing Machine, to output: inout ViewOutput) {
    var found: [StaleMapping] = []
    machine.mmu.forEachStaleMapping { found.append($0) }
    for one in found { row(machine, one, &output) }
  }

  private static func row(
    _ machine: borrowing Machine, _ one: StaleMapping, _ output: inout ViewOutput
  ) {
    let area = one.space == nil ? area(machine, one.address) : nil
    let state = state(one.now)
    if output.isJSON {
      output.beginObject()
      output.field("address", address: one.address)
      output.field("size", count: one.size)
      if let space = one.space { output.field("mm", address: space) }
      if let area {
        output.field("area", address: area.start)
        output.field("area_end", address: area.end)
        if let name = machine.pageSets.nameOfArea(area) {
          output.field("name", text: text(machine.names.name(name)))
        }
        output.field("caller", text: caller(machine, area))
      }
      output.field("pfn", count: one.pfn)
      output.field("pages", count: one.count)
      output.field("state", literal: state.word)
      if let call = state.call { output.field("freed", count: UInt64(call)) }
      output.field("owner", text: owner(machine, one.pfn))
      return output.endObject()
    }
    output.writer.address(one.address)
    if one.size > 4096 { output.writer.write(one.size == 2 << 20 ? " 2M" : " 1G") }
    if let area {
      let name = machine.pageSets.nameOfArea(area).map { " \(text(machine.names.name($0)))" } ?? ""
      output.writer.write(" in\(name) \(digits(area.start))-\(digits(area.end))")
      output.writer.write(" of \(caller(machine, area))")
    } else if let space = one.space {
      output.writer.write(" of the mm \(digits(space))")
    } else {
      output.writer.write(" in no area")
    }
    output.writer.write(": pfn:\(one.pfn)")
    if one.size > 4096 { output.writer.write(" (\(one.count) of \(one.size >> 12) pages)") }
    output.writer.write(", \(sentence(one.now, owner: owner(machine, one.pfn)))")
    output.endLine()
  }

  private static func state(_ now: StaleMapping.Now) -> (word: StaticString, call: UInt32?) {
    switch now {
    case .free(let call): ("free", call == 0 ? nil : call)
    case .reused(let call): ("reused", call)
    case .kernel: ("kernel", nil)
    case .none: ("none", nil)
    }
  }

  private static func sentence(_ now: StaleMapping.Now, owner: String) -> String {
    switch now {
    case .free(let call): call == 0 ? "free, and never used" : "free since call \(call)"
    case .reused(let call): "freed by call \(call), now \(owner)"
    case .kernel: "now the kernel's own: \(owner)"
    case .none: "no memory"
    }
  }

  /// The busy area that an address lies in, those of vm_map_ram too.
  private static func area(_ machine: borrowing Machine, _ address: UInt64) -> VMArea? {
    guard let below = machine.vmAreas.neighbours(of: address).below, address < below.end else {
      return nil
    }
    return below
  }

  private static func caller(_ machine: borrowing Machine, _ area: VMArea) -> String {
    guard area.isVMStruct else { return "vm_map_ram" }
    guard !area.caller.isNone else { return "nobody" }
    return String(decoding: machine.ram.text(of: area.caller), as: UTF8.self).printable
  }

  private static func digits(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
