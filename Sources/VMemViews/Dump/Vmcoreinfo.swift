internal import VMem

/// The text of VMCOREINFO: what a reader of a dump must know before it can translate an address.
///
/// Lines stand in the kernel's order and spelling; what the machine does not have in its memory
/// (kernel image, printk buffer, mem_section, pglist_data) has no line. The corresponding kernel
/// functions are `crash_save_vmcoreinfo_init` and `arch_crash_save_vmcoreinfo`.
struct Vmcoreinfo {
  let text: String

  /// A line, and the kernels that have it.
  private struct Line {
    let kernels: Switch.Kernels
    let key: StaticString
    let value: String

    init(_ key: StaticString, _ value: String, _ kernels: Switch.Kernels = .always) {
      self.key = key
      self.value = value
      self.kernels = kernels
    }
  }

  init(_ machine: borrowing Machine) {
    let kernel = machine.configuration.kernel
    let has = machine.configuration.switches
    text = Self.lines(machine).reduce(into: "") {
      // What has a switch of its own is as that says, whatever the version.
      let isThere =
        switch "\($1.key)" {
        case "NUMBER(VMALLOC_START)": has.contains(.vmallocStartNote)
        case "OFFSET(page.compound_info)": has.contains(.compoundInfo)
        case "OFFSET(page.compound_head)": !has.contains(.compoundInfo)
        case "NUMBER(PG_slab)": !has.contains(.typeByte)
        case "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)": has.contains(.typeByte)
        default: $1.kernels.contains(kernel)
        }
      if isThere { $0 += "\($1.key)=\($1.value)\n" }
    }
  }

  private static func lines(_ machine: borrowing Machine) -> [Line] {
    let map = machine.map
    let isOld = machine.configuration.switches.contains(.flagsOld)
    func type(_ type: PageType) -> String {
      "\(Int32(bitPattern: machine.pageTypeWord(type)))"
    }
    // The kernel names its top table by the address in its image, which lies at physical 0 plus
    // `phys_base`; tools translate it by that rule and not through the tables.
    let top = hex(AddressMap.imageStart + machine.mmu.topTable << 12)
    return [
      Line("OSRELEASE", machine.configuration.kernel.release),
      Line("PAGESIZE", "4096"),
      Line("SYMBOL(swapper_pg_dir)", top),
      Line("NUMBER(VMALLOC_START)", "0x" + hex(map.vmallocStart)),
      Line("SYMBOL(vmemmap)", hex(map.vmemmap), .since(.v6_12)),
      // Roots of 2^8 sections of 2^27 bytes; readers take its presence for a virtual memory map.
      Line("LENGTH(mem_section)", map.levels == 5 ? "131072" : "2048"),
      Line("NUMBER(SECTION_SIZE_BITS)", "27"),
      Line("NUMBER(MAX_PHYSMEM_BITS)", map.levels == 5 ? "52" : "46"),
      Line("SIZE(page)", "\(MemoryLayout<Frame>.stride)"),
      Line("SIZE(list_head)", "16"),
      Line("OFFSET(page.flags)", "0"),
      Line("OFFSET(page._refcount)", "52"),
      Line("OFFSET(page.mapping)", "24"),
      Line("OFFSET(page.lru)", "8"),
      Line("OFFSET(page._mapcount)", "48"),
      Line("OFFSET(page.private)", "40"),
      Line("OFFSET(page.compound_dtor)", "16", .before(.v6_6)),
      Line("OFFSET(page.compound_order)", "17", .before(.v6_6)),
      Line("OFFSET(page.compound_head)", "8"),
      Line("OFFSET(page.compound_info)", "8"),
      Line("OFFSET(list_head.next)", "0"),
      Line("OFFSET(list_head.prev)", "8"),
      Line("LENGTH(zone.free_area)", "11"),
      Line("NUMBER(NR_FREE_PAGES)", "0"),
      Line("NUMBER(PG_lru)", isOld ? "4" : "5"),
      Line("NUMBER(PG_private)", isOld ? "13" : "14"),
      Line("NUMBER(PG_swapcache)", "10"),
      Line("NUMBER(PG_swapbacked)", isOld ? "19" : "17"),
      Line("NUMBER(PG_slab)", "9"),
      Line("NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)", type(.slab)),
      Line("NUMBER(PG_head_mask)", isOld ? "65536" : "64"),
      Line("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", type(.buddy)),
      Line("NUMBER(HUGETLB_PAGE_DTOR)", "2", .before(.v6_6)),
      Line("NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)", "-2049", .from(.v6_6, before: .v6_12)),
      Line("NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)", "-201326592", .since(.v6_12)),
      Line("NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)", "-257", .before(.v6_12)),
      Line("NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)", "-251658240", .since(.v6_12)),
      Line("NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)", "-150994944", .since(.v6_18)),
      Line("NUMBER(phys_base)", "0"),
      Line("SYMBOL(init_top_pgt)", top),
      Line("NUMBER(pgtable_l5_enabled)", map.levels == 5 ? "1" : "0"),
      Line("KERNELOFFSET", "0"),
      Line("NUMBER(KERNEL_IMAGE_SIZE)", "\(map.modulesStart - AddressMap.imageStart)"),
      Line("NUMBER(sme_mask)", "0"),
    ]
  }

  private static func hex(_ value: UInt64) -> String { String(value, radix: 16) }
}

extension KernelVersion {
  /// What `uname -r` says.
  var release: String { self == .next ? "7.4.0-rc0-vmemctl" : "\(text).0-vmemctl" }
}
