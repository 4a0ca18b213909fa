internal import VMem
internal import VMemViews

extension Verb {
  static let views: [Verb] = [
    Verb(
      "walk", .views, .nothing, .reader, [.address],
      summary: "explain how an address is translated, level by level",
      returns: "text", example: "walk s+0x4000", .call(walk)),
    Verb(
      "page_tables", .views, .nothing, .reader, [],
      options: [.viewRange, .shownSpace, .format],
      summary: "show the page tables: the kernel's, or those that a user address space has",
      kernel: "ptdump_walk_pgd_level_debugfs",
      returns: "text: ptdump as debugfs page_tables/kernel or current_kernel, a tree, or counts",
      example: "page_tables --range s..s+4G --format tree", .call(pageTables)),
    Verb(
      "vmallocinfo", .views, .nothing, .reader, [], options: [.pointers],
      summary: "show every area, as /proc/vmallocinfo does",
      kernel: "vmalloc_info_show", returns: "a line an area",
      example: "vmallocinfo", .call(vmallocinfo)),
    Verb(
      "vmap_state", .views, .nothing, .reader, [], options: [.sum, .lists],
      summary: "show the area allocator: busy, lazy, free and pooled ranges",
      returns: "text: a line a range, then lazy_pages and end",
      example: "vmap_state --sum", .call(vmapState)),
  ]

  private static func walk(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let address = call.arguments[.address]
    return call.view { output in Views.walk(machine, address, to: &output) }
  }

  private static func pageTables(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let range = call.arguments.has(.viewRange) ? call.range(.viewRange) : nil
    let tables =
      call.arguments.has(.shownSpace)
      ? try machine.userTables(call.arguments[.shownSpace]) : nil
    let formats: [PageTablesFormat] = [.ptdump, .tree, .count]
    let format = formats[call.choice(.format, default: 0)]
    return call.view { output in
      Views.pageTables(machine, of: tables, range: range, format: format, to: &output)
    }
  }

  private static func vmallocinfo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let styles: [PointerStyle] = [.real, .hashed, .zero]
    let style = styles[call.choice(.pointers, default: 0)]
    return call.view { output in
      Views.vmallocinfo(machine, pointers: style, to: &output)
    }
  }

  private static func vmapState(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let form: VmapStateForm =
      call.arguments.has(.sum) ? .sum : call.arguments.has(.lists) ? .lists : .ranges
    return call.view { output in Views.vmapState(machine, form: form, to: &output) }
  }
}
