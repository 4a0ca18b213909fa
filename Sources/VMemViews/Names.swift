public import VMem

extension Views {
  /// A line a name, in the order of the alphabet: what kind it is, where it leads, what lives there.
  public static func names(_ machine: borrowing Machine, to output: inout ViewOutput) {
    var names: [Name] = []
    machine.names.forEachName { names.append(machine.names.name($0)) }
    for name in names.sorted(by: { text($0) < text($1) }) {
      row(name, machine.names.thing(behind: name), to: &output)
    }
  }

  private static func row(_ name: Name, _ thing: NamedThing, to output: inout ViewOutput) {
    let (kind, what) = words(thing)
    let isNumber = if case .number = thing { true } else { false }
    if output.isJSON {
      output.beginObject()
      output.field("name", text: text(name))
      output.field("kind", literal: kind)
      if isNumber {
        output.field("value", count: name.value)
      } else {
        output.field("address", address: name.value)
      }
      output.field("what", text: what)
      return output.endObject()
    }
    output.writer.write("\(text(name)) ")
    output.writer.write(kind)
    output.writer.write(byte: 0x20)
    if isNumber { output.writer.decimal(name.value) } else { output.writer.address(name.value) }
    if !what.isEmpty { output.writer.write(" \(what)") }
    output.endLine()
  }

  private static func words(_ thing: NamedThing) -> (kind: StaticString, what: String) {
    switch thing {
    case .nothing: ("nothing", "what was to be made was not")
    case .number: ("number", "")
    case .pages(let count): ("pages", count == 1 ? "1 page" : "\(count) pages")
    case .area(let area): (kind(area), words(area))
    case .blockMapping: ("vm_map_ram", "")
    case .userSpace: ("mm", "")
    case .userMapping: ("vma", "in the address space of the current CPU")
    case .file: ("file", "")
    case .buffer: ("udmabuf", "")
    case .freed: ("freed", "")
    case .address: ("address", "")
    }
  }

  private static func kind(_ area: VMArea) -> StaticString {
    switch area.kind {
    case .caller, .imported: "area"
    case .mapRAM, .mapBlock: "vm_map_ram"
    case .perCPU, .perCPUChunk: "percpu"
    case .arena: "arena"
    case .stack: "stack"
    }
  }

  private static func words(_ area: VMArea) -> String {
    let pages = area.pageCount
    return "\(area.size) bytes"
      + (pages == 0 ? "" : pages == 1 ? ", owns 1 page" : ", owns \(pages) pages")
  }
}
