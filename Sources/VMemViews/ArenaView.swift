package import VMem

extension Views {
  /// An arena: where it lies and what it has, then its free runs by place, and the first pages of
  /// these runs by length, the longest first.
  package static func arena(_ info: ArenaInfo, to output: inout ViewOutput) {
    let free = info.byPlace.reduce(UInt64(0)) { $0 + UInt64($1.last) - UInt64($1.first) + 1 }
    guard !output.isJSON else { return arenaObjects(info, free, to: &output) }
    for (index, (name, value)) in places(info).enumerated() {
      if index > 0 { output.writer.write(" ") }
      output.writer.write(name)
      output.writer.write("=0x")
      output.writer.hex(value)
    }
    output.endLine()
    for (index, (name, value)) in numbers(info, free).enumerated() {
      if index > 0 { output.writer.write(" ") }
      output.writer.write(name)
      output.writer.write("=")
      output.writer.decimal(value)
    }
    output.endLine()
    for run in info.byPlace {
      output.writer.write("slot ")
      output.writer.decimal(UInt64(run.first))
      output.writer.write(" ")
      output.writer.decimal(UInt64(run.last))
      output.endLine()
    }
    output.writer.write("bysize")
    for first in info.byLength {
      output.writer.write(" ")
      output.writer.decimal(UInt64(first))
    }
    output.endLine()
  }

  private static func arenaObjects(_ info: ArenaInfo, _ free: UInt64, to output: inout ViewOutput) {
    output.beginObject()
    for (name, value) in places(info) { output.field(name, address: value) }
    for (name, value) in numbers(info, free) { output.field(name, count: value) }
    output.beginArray("bysize")
    for first in info.byLength { output.element(UInt64(first)) }
    output.endArray()
    output.endObject()
    for run in info.byPlace {
      output.beginObject()
      output.field("slot", count: UInt64(run.first))
      output.field("last", count: UInt64(run.last))
      output.endObject()
    }
  }

  private static func places(_ info: ArenaInfo) -> [(StaticString, UInt64)] {
    [
      ("kern_vm", info.area.bits), ("kern_vm_start", info.kernelStart.bits),
      ("user_vm_start", info.userStart.bits), ("user_vm_end", info.userEnd.bits),
      ("map_extra", info.mapExtra), ("map_flags", info.flags),
    ]
  }

  private static func numbers(_ info: ArenaInfo, _ free: UInt64) -> [(StaticString, UInt64)] {
    [
      ("max_entries", info.maximum), ("frozen", info.isFrozen ? 1 : 0),
      ("closed", info.isClosed ? 1 : 0), ("pages", info.pages), ("waiting", info.waiting),
      ("mappings", info.mappings), ("slots", free), ("ranges", UInt64(info.byPlace.count)),
    ]
  }
}
