internal import VMem
internal import VMemViews

extension Verb {
  static let views: [Verb] = [
    Verb(
      "walk", .views, .nothing, .reader, [.address], options: [.pictureFormat],
      summary: "explain how an address is translated, level by level",
      returns: "text, or a picture", example: "walk s+0x4000", .control(walk)),
    Verb(
      "page_tables", .views, .nothing, .reader, [],
      options: [.viewRange, .shownSpace, .format],
      summary: "show the page tables: the kernel's, or those that a user address space has",
      kernel: "ptdump_walk_pgd_level_debugfs",
      returns:
        "text: ptdump as debugfs page_tables/kernel or current_kernel, a tree, counts; or a picture",
      example: "page_tables --range s..s+4G --format tree", .control(pageTables)),
    Verb(
      "map", .views, .nothing, .reader, [], options: [.mapRange, .pictureFormat],
      summary: "show the vmalloc space: areas by kind and caller, what waits for a purge, holes",
      returns: """
        text: the range, a line a kind, a line an area or hole, of many the largest and runs of \
        others; or a picture
        """,
      example: "map --range modules --format svg", .control(map)),
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

  private static func walk(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let picture = try interpreter.call.picture(.pictureFormat)
    return walk(interpreter.machine, &interpreter.call, picture)
  }

  private static func walk(
    _ machine: borrowing Machine, _ call: inout Call, _ picture: PictureFormat?
  ) -> Result {
    let address = call.arguments[.address]
    return call.view { output in
      guard let picture else { return Views.walk(machine, address, to: &output) }
      Views.walk(machine, address, as: picture, to: &output)
    }
  }

  private static func pageTables(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let picture = try interpreter.call.picture(.format)
    do throws(Refusal) {
      return try pageTables(interpreter.machine, &interpreter.call, picture)
    } catch {
      throw .refusal(error)
    }
  }

  private static func pageTables(
    _ machine: borrowing Machine, _ call: inout Call, _ picture: PictureFormat?
  ) throws(Refusal) -> Result {
    let range = call.arguments.has(.viewRange) ? call.range(.viewRange) : nil
    let tables =
      call.arguments.has(.shownSpace)
      ? try machine.userTables(call.arguments[.shownSpace]) : nil
    if let picture {
      return call.view { output in
        Views.pageTables(machine, of: tables, range: range, as: picture, to: &output)
      }
    }
    let formats: [PageTablesFormat] = [.ptdump, .tree, .count]
    let format = formats[call.choice(.format, default: 0)]
    return call.view { output in
      Views.pageTables(machine, of: tables, range: range, format: format, to: &output)
    }
  }

  private static func map(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let picture = try interpreter.call.picture(.pictureFormat)
    return map(interpreter.machine, &interpreter.call, picture)
  }

  private static func map(
    _ machine: borrowing Machine, _ call: inout Call, _ picture: PictureFormat?
  ) -> Result {
    let range = call.arguments.has(.mapRange) ? call.range(.mapRange) : nil
    return call.view { output in
      guard let picture else { return Views.map(machine, range: range, to: &output) }
      Views.map(machine, range: range, as: picture, to: &output)
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
