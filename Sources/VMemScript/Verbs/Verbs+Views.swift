internal import VMem
internal import VMemViews

extension Subsystem {
  static let views = Subsystem(
    "walk page_tables map vmallocinfo vmap_state",
    verbs: Verb.views)
}

extension Verb.Group {
  static let views = Verb.Group("views", "Views")
}

extension Verb {
  static let views: [Verb] = [
    Verb(
      "walk", .views, .nothing, .reader, [.address], options: [pictureForms.parameter],
      summary: "explain how an address is translated, level by level",
      returns: "text, or a picture", example: "walk s+0x4000", .control(walk)),
    Verb(
      "page_tables", .views, .nothing, .reader, [],
      options: [.viewRange, .shownSpace, tableForms.parameter],
      summary: "show the page tables: the kernel's, or those that a user address space has",
      kernel: "ptdump_walk_pgd_level_debugfs",
      returns:
        "text: ptdump as debugfs page_tables/kernel or current_kernel, a tree, counts; or a picture",
      example: "page_tables --range s..s+4G --format tree",
      answers: [[.errno(.ENOENT, .noUserSpace)]], .control(pageTables)),
    Verb(
      "map", .views, .nothing, .reader, [],
      options: [.mapRange, pictureForms.parameter, .vmallocinfoFile],
      summary: "show the vmalloc space: areas by kind and caller, what waits for a purge, holes",
      returns: """
        text: the range, a line a kind, a line an area or hole, of many the largest and runs of \
        others; or a picture
        """,
      example: "map --range modules --format svg", exits: [.foreignLine, .noFile], .control(map)),
    Verb(
      "vmallocinfo", .views, .nothing, .reader, [], options: [pointerStyles.parameter],
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
    let picture = try interpreter.call.picture()
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
    let picture = try interpreter.call.picture(
      tableForms.parameter, interpreter.call.choice(tableForms)?.picture)
    let hasRange = interpreter.call.arguments.has(.viewRange)
    let range = hasRange ? try interpreter.call.shownRange(.viewRange) : nil
    do throws(Refusal) {
      return try pageTables(interpreter.machine, &interpreter.call, range, picture)
    } catch {
      throw .refusal(error)
    }
  }

  private static func pageTables(
    _ machine: borrowing Machine, _ call: inout Call, _ range: (start: UInt64, end: UInt64)?,
    _ picture: PictureFormat?
  ) throws(Refusal) -> Result {
    let tables =
      call.arguments.has(.shownSpace)
      ? try machine.users.userTables(call.arguments[.shownSpace]) : nil
    if let picture {
      return call.view { output in
        Views.pageTables(machine, of: tables, range: range, as: picture, to: &output)
      }
    }
    let format = call.choice(tableForms)?.text ?? .ptdump
    return call.view { output in
      Views.pageTables(machine, of: tables, range: range, format: format, to: &output)
    }
  }

  private static func map(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let picture = try interpreter.call.picture()
    guard interpreter.call.arguments.has(.vmallocinfoFile) else {
      let hasRange = interpreter.call.arguments.has(.mapRange)
      let range = hasRange ? try interpreter.call.shownRange(.mapRange) : nil
      let space = AddressSpace(interpreter.machine, in: range)
      return map(space, interpreter.machine, &interpreter.call, picture)
    }
    let file = try interpreter.call.vmallocinfo(for: interpreter.fileName)
    guard file.addresses == .real else {
      try interpreter.call.refuseRange(file)
      if picture != nil {
        throw .script(
          "without real addresses there is no picture",
          hint: "`map` shows which rows follow each other",
          interpreter.call.tokens[interpreter.call.arguments.token(pictureForms.parameter)])
      }
      let chains = AddressChains(file)
      return interpreter.call.view { output in Views.map(chains, of: file, to: &output) }
    }
    let space = try interpreter.call.space(file, .mapRange)
    return map(space, file, &interpreter.call, picture)
  }

  private static func map<S: AddressSource & ~Copyable>(
    _ space: AddressSpace, _ source: borrowing S, _ call: inout Call, _ picture: PictureFormat?
  ) -> Result {
    call.view { output in
      guard let picture else { return Views.map(space, of: source, to: &output) }
      Views.map(space, of: source, as: picture, to: &output)
    }
  }

  private static func vmallocinfo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let style = call.choice(pointerStyles) ?? .real
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

extension Verb {
  /// A form of page tables: text or a picture.
  private struct TableForm {
    var text: PageTablesFormat?
    var picture: PictureFormat?
  }

  private static let tableForms = Choice<TableForm>(
    id: 56, option: "--format",
    [
      "ptdump": TableForm(text: .ptdump), "tree": TableForm(text: .tree),
      "words": TableForm(text: .words),
      "count": TableForm(text: .count), "svg": TableForm(picture: .svg),
      "html": TableForm(picture: .html),
    ],
    """
    ptdump: as the kernel's page_tables/kernel file; tree: tables and leaves; words: the tree with frames, and flags in words; count: only \
    how many; svg and html: the tree as a picture, no --json (default ptdump)
    """)
  private static let pointerStyles = Choice<PointerStyle>(
    id: 58, option: "--pointers", ["real": .real, "hashed": .hashed, "zero": .zero],
    "how addresses are printed: as they are, hashed, or zero (default real)")
}

extension Parameter {
  static let viewRange = Parameter(
    id: 53, option: "--range", .range, "S..E", "only these addresses")
  static let mapRange = Parameter(
    id: 54, option: "--range", .range, "S..E|modules",
    "these addresses, and all of the areas that they touch (default: vmalloc space)")
  static let shownSpace = Parameter(
    id: 55, option: "--mm", .address, "MM",
    "the tables of a CPU that uses this user address space (default: the kernel's alone)")
  static let sum = Parameter(
    id: 61, option: "--sum", .flag,
    "only counts, and hashes of each list and of the free tree's shape")
  static let lists = Parameter(
    id: 62, option: "--lists", .flag,
    "lists with descriptions, and the free tree with colours and maxima")
}
