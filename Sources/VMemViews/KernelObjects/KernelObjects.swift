internal import VMem

/// A machine's state as the kernel would keep it: what readers of a dump find behind the symbols of
/// the image. Made for a dump, and gone with it: the machine is not changed.
struct KernelObjects {
  var memory: KernelMemory
  var pages: StructPages
  /// Addresses of the structures of nodes, tasks (the idle one is the image's; the one the machine
  /// boots with is first) and address spaces.
  private(set) var nodes: [UInt64] = []
  var tasks: [UInt64] = []
  var spaces: [UInt64: UInt64] = [:]
  /// Tasks that use an address space, by its address.
  var spaceUsers: [UInt64: UInt64] = [:]
  /// Addresses of `vm_struct`s by that of their areas.
  var structures: [UInt64: UInt64] = [:]
  /// Addresses in the functions that areas name as their callers, by the place of the name.
  var callers: [Ref<Symbol>: UInt64] = [:]
  /// Addresses of the `file` of each file of the machine, by inode number.
  var files: [UInt64: UInt64] = [:]
  /// What the files are, by address.
  var fileKinds: [UInt64: FileKind] = [:]
  /// The file system they are in: `super_block`, `mount` and root.
  var block: UInt64 = 0
  var mount: UInt64 = 0
  var root: UInt64 = 0
  /// What frames are in the dump: RAM, and the kernel's own memory behind it.
  private(set) var frameCount: UInt64 = 0
  /// Where the pages of struct pages begin, and their bytes.
  private(set) var pagesAt: UInt64 = 0
  var pagesSize: UInt64 { UInt64(pages.stored.count) << 12 }
  /// Bytes of address space of the struct pages: whole sections.
  var sectionPagesSize: UInt64 { (frameCount * 64 + 0x1f_ffff) & ~0x1f_ffff }

  /// Bytes that each CPU has of its own.
  var perCPUSize: UInt64

  var image: KernelImage { memory.image }
  var table: TypeTable { memory.image.table }

  /// - Parameter known: image of the machine's kernel, where the caller has it.
  init(_ machine: borrowing Machine, _ known: KernelImage? = nil) {
    memory = KernelMemory(known ?? KernelImage(machine.configuration), machine)
    pages = StructPages(machine)
    perCPUSize = memory.image["__per_cpu_end"] - memory.image["__per_cpu_start"]
    memory.copyTopTable(machine)
    addConstants(machine)
    addTraps()
    addNodes(machine)
    addAreas(machine)
    addFreeAreas(machine)
    addFiles(machine)
    addTasks(machine)
    addLog(machine)
    addArenas(machine)
    addCaches(machine)
    addCPUs(machine)
    addStatistics(machine)
    addSections(machine)
    memory.store(Array(Vmcoreinfo(self, machine).note), at: image["vmcoreinfo_data"])
    finish(machine)
  }

  /// Maps the image, the objects and the struct pages. Tables are made while they are mapped, so that
  /// there is room for those of all that comes.
  private mutating func finish(_ machine: borrowing Machine) {
    func frames(_ range: Range<UInt64>) -> some Sequence<Entry> {
      range.lazy.map { Entry(pfn: $0, .kernel) }
    }
    let first = memory.base >> 12
    for section in KernelSymbol.Section.allCases {
      let range = image.sections[section]!
      let pages = memory.physical(range.lowerBound) >> 12..<memory.physical(range.upperBound) >> 12
      memory.mapPages(
        range.lowerBound, pages.lazy.map { Entry(pfn: $0, section.protection) }, machine)
    }
    let (pages, start) = (pages, pagesAt >> 12)
    let records = (0..<sectionPagesSize >> 12).lazy.map {
      Entry(pfn: start + pages.place(ofPage: $0), pages.isAlias($0) ? .kernelReadOnly : .kernel)
    }
    memory.mapPages(machine.map.vmemmap, records, machine)
    memory.mapPages(memory.start, frames(first..<(pagesAt + pagesSize) >> 12), machine)
    precondition(memory.base + UInt64(memory.size) <= pagesAt, "no room for the tables")
  }

  /// Lays out what is behind the objects: room for tables, then the struct pages of all frames.
  mutating func placePages() {
    // A table for each 2 MiB that is mapped twice or thrice, and some above them.
    let objects = UInt64(memory.size)
    var count: UInt64 = 0
    var start: UInt64 = 0
    var end = memory.base + objects
    // Tables are frames that need tables themselves.
    for _ in 0..<6 {
      let tables = 2 * (end - memory.base) >> 21 + count >> 15 + 32
      start = (memory.base + objects + tables << 12 + 4095) & ~4095
      end = start + pagesSize
      count = (end >> 12 + 511) & ~511
    }
    frameCount = (end >> 12 + 511) & ~511
    pagesAt = start
    memory.words.reserveCapacity(Int(start - memory.base) / 8)
  }

  /// The words of a page of this memory, by its physical address.
  func read(page: UInt64, _ machine: borrowing Machine, into words: inout [UInt64]) {
    if page >= pagesAt {
      let first = pages.stored[Int((page - pagesAt) >> 12)] * 64
      return pages.render(first..<first + 64, machine, into: &words)
    }
    let from = Int(page - memory.base) / 8
    words.removeAll(keepingCapacity: true)
    words += memory.words[min(from, memory.words.count)..<min(from + 512, memory.words.count)]
    words += repeatElement(0, count: 512 - words.count)
  }

  /// Where a struct page lies, by its distance from the first.
  func structPage(at offset: UInt64) -> UInt64 {
    pagesAt + pages.place(ofPage: offset >> 12) << 12 + offset & 4095
  }

  private mutating func addConstants(_ machine: borrowing Machine) {
    let map = machine.map
    memory.store(Array(image.banner.utf8), at: image["linux_banner"])
    memory.store(image.kallsyms.bytes, at: image.kallsyms.start)
    memory.set("page_offset_base", map.pageOffset)
    memory.set("vmalloc_base", map.vmallocStart)
    memory.set("vmemmap_base", map.vmemmap)
    memory.set("phys_base", memory.physBase)
    memory.set("__pgtable_l5_enabled", map.levels == 5 ? 1 : 0)
    memory.set("pgdir_shift", map.levels == 5 ? 48 : 39)
    memory.set("ptrs_per_p4d", map.levels == 5 ? UInt64(Level.entries) : 1)
    let cpus = machine.cpuCount == 64 ? UInt64.max : 1 << UInt64(machine.cpuCount) - 1
    for mask in ["possible", "online", "present", "active"] {
      memory.set("__cpu_\(mask)_mask.bits[0]", cpus)
    }
    memory.set("nr_cpu_ids", UInt64(machine.cpuCount))
    // A kernel's count begins five minutes before it wraps; a tick of the clock is a microsecond.
    let jiffies = UInt64(UInt32.max) + 1 - 300_000 + machine.clock / 1000
    memory.set("jiffies_64", jiffies)
    memory.set("jiffies", jiffies)
    // There is no clock that goes while the machine is off: its time began with it.
    memory.set("tk_core.xtime_sec", machine.clock / 1_000_000)
    let uts = ["sysname", "nodename", "release", "version", "machine", "domainname"]
    let values = [
      "Linux", "vmemctl", machine.configuration.kernel.release, "#1 vmemctl", "x86_64", "(none)",
    ]
    for (field, value) in zip(uts, values) {
      memory.store(Array(value.utf8), at: memory.address("init_uts_ns.name.\(field)"))
    }
    memory.link(image["modules"], [])
    memory.link(image["super_blocks"], [])
  }

  mutating func add(node: UInt64) { nodes.append(node) }
}

extension KernelSymbol.Section {
  /// How the kernel maps it.
  fileprivate var protection: Protection {
    switch self {
    case .text, .initText: .kernelReadOnlyExecutable
    case .readOnly: .kernelReadOnly
    case .data: .kernel
    }
  }
}
