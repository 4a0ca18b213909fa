internal import VMem

/// The text of VMCOREINFO: what a reader of a dump must know before it can translate an address.
///
/// Lines stand in the order and the spelling of the machine's kernel. The corresponding kernel functions
/// are `crash_save_vmcoreinfo_init` and `arch_crash_save_vmcoreinfo`.
struct Vmcoreinfo {
  let text: String

  init(_ objects: borrowing KernelObjects, _ machine: borrowing Machine) {
    let image = objects.image
    let switches = machine.configuration.switches
    var lines = Self.head(objects, switches)
    lines += Self.structures(image, switches)
    lines += Self.log(image)
    lines += Self.numbers(machine, image, switches)
    lines += Self.kallsyms(objects)
    lines += Self.processor(objects, machine)
    text = lines.map { "\($0.0)=\($0.1)\n" }.joined()
  }

  /// The text as an ELF note, as it lies in the kernel's memory.
  var note: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt32(11))
    bytes.append(little: UInt32(text.utf8.count))
    bytes.append(little: UInt32(0))
    return bytes + Array("VMCOREINFO\0\0".utf8) + Array(text.utf8)
  }

  private typealias Line = (String, String)

  private static func head(
    _ objects: borrowing KernelObjects, _ switches: Switches
  ) -> [Line] {
    let image = objects.image
    let map = objects.memory.map
    var lines: [Line] = [
      ("OSRELEASE", image.kernel.release),
      ("BUILD-ID", image.buildID.map { hex(UInt64($0) | 0x100).dropFirst() }.joined()),
      ("PAGESIZE", "4096"), symbol("init_uts_ns", image),
      offset("uts_namespace", "name", image), symbol("node_online_map", image),
      symbol("swapper_pg_dir", image), symbol("_stext", image),
    ]
    if switches.contains(.vmallocStartNote) {
      lines.append(("NUMBER(VMALLOC_START)", "0x" + hex(map.vmallocStart)))
      lines.append(("SYMBOL(vmemmap)", hex(map.vmemmap)))
    } else {
      lines.append(symbol("vmap_area_list", image))
    }
    // The value of the pointer: of an array of its own it is what the name stands for.
    lines.append(("SYMBOL(mem_section)", hex(objects.memory.load(at: image["mem_section"]))))
    return lines + [
      ("LENGTH(mem_section)", map.levels == 5 ? "131072" : "2048"), size("mem_section", image),
      offset("mem_section", "section_mem_map", image), ("NUMBER(SECTION_SIZE_BITS)", "27"),
      ("NUMBER(MAX_PHYSMEM_BITS)", map.levels == 5 ? "52" : "46"),
    ]
  }

  private static func structures(_ image: KernelImage, _ switches: Switches) -> [Line] {
    var lines = ["page", "pglist_data", "zone", "free_area", "list_head"].map { size($0, image) }
    lines.append(("SIZE(nodemask_t)", "\(image.table.size("nodemask_t"))"))
    var pageFields = ["flags", "_refcount", "mapping", "lru", "_mapcount", "private"]
    if image.table.has("struct page", "compound_dtor") {
      pageFields += ["compound_dtor", "compound_order"]
    }
    pageFields.append(switches.contains(.compoundInfo) ? "compound_info" : "compound_head")
    let fields: [(String, [String])] = [
      ("page", pageFields),
      (
        "pglist_data",
        ["node_zones", "nr_zones", "node_start_pfn", "node_spanned_pages", "node_id"]
      ),
      ("zone", ["free_area", "vm_stat", "spanned_pages"]), ("free_area", ["free_list"]),
      ("list_head", ["next", "prev"]),
      ("vmap_area", switches.contains(.vmallocStartNote) ? [] : ["va_start", "list"]),
    ]
    for (structure, names) in fields { lines += names.map { offset(structure, $0, image) } }
    return lines + [("LENGTH(zone.free_area)", "11")]
  }

  private static func log(_ image: KernelImage) -> [Line] {
    var lines = ["prb", "printk_rb_static", "clear_seq"].map { symbol($0, image) }
    let structures: [(String, [String])] = [
      ("printk_ringbuffer", ["desc_ring", "text_data_ring", "fail"]),
      ("prb_desc_ring", ["count_bits", "descs", "infos", "head_id", "tail_id"]),
      ("prb_desc", ["state_var", "text_blk_lpos"]), ("prb_data_blk_lpos", ["begin", "next"]),
      ("printk_info", ["seq", "ts_nsec", "text_len", "caller_id", "dev_info"]),
    ]
    for (structure, names) in structures {
      lines.append(size(structure, image))
      lines += names.map { offset(structure, $0, image) }
    }
    let device = "dev_printk_info"
    lines += [
      size(device, image), offset(device, "subsystem", image),
      (
        "LENGTH(printk_info_subsystem)",
        "\(image.table.field("struct \(device)", "subsystem").size)"
      ),
      offset(device, "device", image),
      ("LENGTH(printk_info_device)", "\(image.table.field("struct \(device)", "device").size)"),
      size("prb_data_ring", image),
    ]
    lines += ["size_bits", "data", "head_lpos", "tail_lpos"].map {
      offset("prb_data_ring", $0, image)
    }
    return lines + [
      ("SIZE(atomic_long_t)", "8"), ("OFFSET(atomic_long_t.counter)", "0"),
      size("latched_seq", image), offset("latched_seq", "val", image),
      (
        "LENGTH(free_area.free_list)",
        "\(image.table.field("struct free_area", "free_list").size / 16)"
      ),
    ]
  }

  private static func numbers(
    _ machine: borrowing Machine, _ image: KernelImage, _ switches: Switches
  ) -> [Line] {
    let flags = PageFlagNames(image.kernel, switches)
    func flag(_ name: String) -> Line? { flags.bit(name).map { ("NUMBER(PG_\(name))", "\($0)") } }
    func type(_ type: KernelPageType) -> Line {
      let word = Int32(bitPattern: machine.pageTypeWord(type))
      return ("NUMBER(PAGE_\("\(type)".uppercased())_MAPCOUNT_VALUE)", "\(word)")
    }
    // Frames have the flag wherever slabs are no type of their own.
    let slab: Line = ("NUMBER(PG_slab)", "9")
    let lines: [Line?] = [
      ("NUMBER(NR_FREE_PAGES)", "0"), flag("lru"), flag("private"), flag("swapcache"),
      flag("swapbacked"), switches.contains(.typeByte) ? type(.slab) : slab,
      flag("hwpoison"),
      flags.bit("head").map { ("NUMBER(PG_head_mask)", "\(1 << $0)") }, type(.buddy),
      Switch.Kernels.compoundDestructors.contains(image.kernel)
        ? ("NUMBER(HUGETLB_PAGE_DTOR)", "2") : type(.hugetlb), type(.offline),
      Switch.Kernels.unacceptedType.contains(image.kernel) ? type(.unaccepted) : nil,
    ]
    return lines.compactMap { $0 }
  }

  private static func kallsyms(_ objects: borrowing KernelObjects) -> [Line] {
    let names = ["names", "num_syms", "token_table", "token_index", "offsets", "relative_base"]
    return names.map { "kallsyms_\($0)" }.filter(objects.image.has).map {
      symbol($0, objects.image)
    }
  }

  private static func processor(
    _ objects: borrowing KernelObjects, _ machine: borrowing Machine
  ) -> [Line] {
    let image = objects.image
    let map = objects.memory.map
    return [
      ("NUMBER(phys_base)", "\(objects.memory.physBase)"), symbol("init_top_pgt", image),
      ("NUMBER(pgtable_l5_enabled)", map.levels == 5 ? "1" : "0"), symbol("node_data", image),
      ("LENGTH(node_data)", "\(image.table.arrayCount("node_data"))"), ("KERNELOFFSET", "0"),
      ("NUMBER(KERNEL_IMAGE_SIZE)", "\(map.modulesStart - AddressMap.imageStart)"),
      ("NUMBER(sme_mask)", "0"),
    ]
  }

  private static func symbol(_ name: String, _ image: KernelImage) -> Line {
    ("SYMBOL(\(name))", hex(image[name]))
  }

  private static func size(_ structure: String, _ image: KernelImage) -> Line {
    ("SIZE(\(structure))", "\(image.table.size("struct \(structure)"))")
  }

  private static func offset(_ structure: String, _ field: String, _ image: KernelImage) -> Line {
    ("OFFSET(\(structure).\(field))", "\(image.offset("struct \(structure)", field))")
  }

  private static func hex(_ value: UInt64) -> String { String(value, radix: 16) }
}
