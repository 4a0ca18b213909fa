internal import VMem

/// The text of VMCOREINFO: what a reader of a dump must know before it can translate an address.
///
/// Lines stand in the kernel's order and spelling; what the machine does not have in its memory
/// (kernel image, printk buffer, mem_section, pglist_data) has no line. The corresponding kernel
/// functions are `crash_save_vmcoreinfo_init` and `arch_crash_save_vmcoreinfo`.
struct Vmcoreinfo {
  private(set) var text = ""

  init(_ machine: borrowing Machine) {
    let configuration = machine.configuration
    let kernel = configuration.kernel
    line("OSRELEASE", kernel.release)
    line("PAGESIZE", "4096")
    // The kernel names its top table by the address in its image, which lies at physical 0 plus
    // `phys_base`; tools translate it by that rule and not through the tables.
    let top = Self.hex(0xffff_ffff_8000_0000 + machine.topTable << 12)
    line("SYMBOL(swapper_pg_dir)", top)
    if configuration.switches.contains(.vmallocStartNote) {
      line("NUMBER(VMALLOC_START)", "0x" + Self.hex(machine.map.vmallocStart))
    }
    // Roots of 2^8 sections of 2^27 bytes; readers take its presence for a virtual memory map.
    line("LENGTH(mem_section)", machine.map.levels == 5 ? "131072" : "2048")
    line("NUMBER(SECTION_SIZE_BITS)", "27")
    line("NUMBER(MAX_PHYSMEM_BITS)", machine.map.levels == 5 ? "52" : "46")
    line("SIZE(page)", "\(MemoryLayout<Frame>.stride)")
    for (field, offset) in [
      ("flags", 0), ("_refcount", 52), ("mapping", 24), ("lru", 8), ("_mapcount", 48),
      ("private", 40), ("compound_head", 8),
    ] { line("OFFSET(page.\(field))", "\(offset)") }
    if kernel >= .v6_12 {
      line("NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)", Self.type(.slab))
    }
    line("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", Self.type(.buddy))
    line("NUMBER(phys_base)", "0")
    line("SYMBOL(init_top_pgt)", top)
    line("NUMBER(pgtable_l5_enabled)", machine.map.levels == 5 ? "1" : "0")
    line("KERNELOFFSET", "0")
    line("NUMBER(KERNEL_IMAGE_SIZE)", "\(AddressMap.modulesStart - 0xffff_ffff_8000_0000)")
    line("NUMBER(sme_mask)", "0")
  }

  private mutating func line(_ key: String, _ value: String) { text += "\(key)=\(value)\n" }

  private static func hex(_ value: UInt64) -> String { String(value, radix: 16) }

  private static func type(_ type: PageType) -> String { "\(Int32(bitPattern: type.word))" }
}

extension KernelVersion {
  /// What `uname -r` says.
  var release: String { "\(text).0-vmemctl" }
}
