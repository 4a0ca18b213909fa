import TestSupport
import Testing
import VMem

@testable import VMemScript
@testable import VMemViews

/// What a dump holds beside RAM is what the machine's own views say.
@Suite struct KernelObjectsTests {
  /// What kernels before 6.12 do not have ends the run there.
  private static let script = """
    P = alloc_pages 40
    v = vmalloc 40K
    write v text:seen
    w = vmalloc_huge 4M
    m = vm_map_ram P[4..8]
    d = ioremap 0xfed00000 8K
    f = vmalloc 16K
    vfree f
    mm = mm_create
    task worker --mm mm
    heap = mmap mm 16K --at 0x555555560000
    write heap text:user
    low = mmap mm 8K --at 0x10000000
    file = memfd_create --size 256K
    pwrite file 4K text:memfd
    pwrite file 200K text:end
    expect warn vfree 0xffffc90010000000
    s = get_vm_area 4G --flags sparse
    vm_area_map_pages s s+16K..s+24K P[0..2]
    a = arena_create 100 --map-extra 0x100000000000

    """

  private func machine(_ boot: String) -> Interpreter {
    var interpreter = Interpreter(
      machine: try! Machine(Configuration()), options: Options(), output: nil, messages: nil)
    let text = "boot --memory 32M \(boot)\n" + Self.script
    _ = interpreter.run(ScriptSource(name: "t", bytes: Array(text.utf8)))
    return interpreter
  }

  private static let kinds: [String] =
    KernelVersion.allCases.map { "--kernel \($0.text) --cpus 3 --nodes 2" } + [
      "--kernel 6.1 --levels 5", "--kernel 6.12 --levels 5 --cpus 2", "--kernel 7.2 --levels 5",
      "--kernel 7.2 --highmem 8M", "--kernel 6.18 --with compound_info",
      "--kernel 7.2 --without vmap_nodes",
    ]

  @Test(arguments: kinds)
  func areasStandInTreesAndLists(_ boot: String) throws {
    let made = machine(boot)
    let dump = try DumpedKernel(made.machine)
    var heads: [(root: UInt64, head: UInt64)] = []
    if dump.image.has("vmap_nodes") {
      let count = dump.load(dump.image["nr_vmap_nodes"], size: 4)
      #expect(count == UInt64(made.machine.vmAreas.vmapNodeCount))
      let size = UInt64(dump.image.table.size("struct vmap_node"))
      for number in 0..<count {
        let node = dump.variable("vmap_nodes") + number * size
        heads.append(
          (
            node + dump.image.offset("struct vmap_node", "busy.root"),
            node + dump.image.offset("struct vmap_node", "busy.head")
          ))
      }
    } else {
      heads = [(dump.image["vmap_area_root"], dump.image["vmap_area_list"])]
    }
    var found: [UInt64: UInt64] = [:]
    for (root, head) in heads {
      let areas = dump.list(head, "struct vmap_area", "list")
      let nodes = dump.tree(root).map { $0 - dump.image.offset("struct vmap_area", "rb_node") }
      #expect(nodes == areas)
      for area in areas { found[dump.load(area, "struct vmap_area", "va_start")] = area }
    }
    var count = 0
    made.machine.vmAreas.forEachBusyArea { area in
      count += 1
      guard let at = found[area.start] else {
        Issue.record("no area at \(area.start)")
        return
      }
      check(area, at, dump, made.machine)
    }
    #expect(count == found.count && count > 5)
  }

  private func check(
    _ area: VMArea, _ at: UInt64, _ dump: DumpedKernel, _ machine: borrowing Machine
  ) {
    #expect(dump.load(at, "struct vmap_area", "va_end") == area.end)
    let vm = dump.load(at, "struct vmap_area", "vm")
    #expect((vm != 0) == area.isVMStruct)
    guard vm != 0 else { return }
    #expect(dump.load(vm, "struct vm_struct", "addr") == area.start)
    #expect(dump.load(vm, "struct vm_struct", "size") == area.reserved)
    #expect(dump.load(vm, "struct vm_struct", "flags") == area.flags.rawValue)
    #expect(dump.load(vm, "struct vm_struct", "nr_pages") == UInt64(area.pageCount))
    #expect(dump.load(vm, "struct vm_struct", "phys_addr") == area.physicalAddress)
    let pages = dump.load(vm, "struct vm_struct", "pages")
    for index in 0..<UInt64(area.pageCount) {
      let page = dump.load(pages + index * 8)
      let pfn = (page - machine.map.vmemmap) / 64
      #expect(dump.translate(area.start + index << 12) == pfn << 12)
    }
  }

  @Test(arguments: kinds)
  func structPagesSayWhatFramesAre(_ boot: String) throws {
    let made = machine(boot)
    let dump = try DumpedKernel(made.machine)
    let map = made.machine.map
    let buddy = UInt64(made.machine.pageTypeWord(.buddy))
    var free: UInt64 = 0
    // Looked up once: there are as many structures as frames.
    let fields = ["_mapcount", "_refcount", "private"].map {
      dump.image.table.field("struct page", $0)
    }
    for pfn in 0..<UInt64(made.machine.ram.frameCount) {
      let page = map.vmemmap + pfn * 64
      let words = fields.map { dump.load(page + UInt64($0.offset), size: $0.size) }
      let (kind, references, order) = (words[0], words[1], words[2])
      if kind == buddy { free += 1 << order }
      guard let record = made.machine.pageSets.structPage(pfn), record.refcount > 0 else {
        continue
      }
      #expect(references == UInt64(record.refcount), "frame \(pfn)")
    }
    #expect(free == made.machine.pageSets.zoneSummaries.reduce(0) { $0 + $1.freeFrames })
    // Each free block is on the list of its zone and order.
    var listed: UInt64 = 0
    for node in 0..<made.machine.configuration.nodes {
      let at = dump.load(dump.image["node_data"] + UInt64(node) * 8)
      #expect(dump.load(at, "struct pglist_data", "node_id") == UInt64(node))
      let count = dump.load(at, "struct pglist_data", "nr_zones")
      for zone in 0..<count {
        for order in 0..<11 {
          let area = "node_zones[\(zone)].free_area[\(order)]"
          let head = at + dump.image.offset("struct pglist_data", "\(area).free_list[0]")
          let blocks = dump.list(head, "struct page", "lru")
          #expect(
            UInt64(blocks.count) == dump.load(at, "struct pglist_data", "\(area).nr_free"))
          listed += UInt64(blocks.count) << UInt64(order)
        }
      }
    }
    #expect(listed == free)
  }

  @Test(arguments: kinds)
  func tasksSpacesFilesAndTheLogAreThere(_ boot: String) throws {
    let made = machine(boot)
    let dump = try DumpedKernel(made.machine)
    let image = dump.image
    let pids = dump.xarray(
      image["init_pid_ns"] + image.offset("struct pid_namespace", "idr.idr_rt"))
    let tasks = pids.map { entry in
      dump.load(entry.entry, "struct pid", "tasks[0]")
        - image.offset("struct task_struct", "pid_links[0]")
    }
    #expect(tasks.map { dump.load($0, "struct task_struct", "pid") } == pids.map(\.index))
    let names = tasks.map { dump.text($0 + image.offset("struct task_struct", "comm"), 16) }
    #expect(names.starts(with: ["vmemctl", "worker"]))
    #expect(
      dump.list(
        image["init_task"] + image.offset("struct task_struct", "tasks"), "struct task_struct",
        "tasks")
        == tasks)
    // The worker's mappings.
    let mm = dump.load(tasks[1], "struct task_struct", "mm")
    let isPerCPU = image.table.has("struct mm_struct", "rss_stat[0].count")
    let counts = (0..<4).map { kind in
      dump.load(
        mm, "struct mm_struct",
        isPerCPU ? "rss_stat[\(kind)].count" : "rss_stat.count[\(kind)]")
    }
    // One page was written; MM_ANONPAGES is 1.
    #expect(counts == [0, 1, 0, 0])
    let ranges = dump.maple(mm + image.offset("struct mm_struct", "mm_mt"))
    #expect(ranges.map(\.first) == [0x1000_0000, 0x5555_5556_0000])
    for range in ranges {
      #expect(dump.load(range.entry, "struct vm_area_struct", "vm_start") == range.first)
      #expect(dump.load(range.entry, "struct vm_area_struct", "vm_end") == range.last + 1)
      #expect(dump.load(range.entry, "struct vm_area_struct", "vm_mm") == mm)
    }
    // The file's pages.
    let blocks = dump.list(image["super_blocks"], "struct super_block", "s_list")
    let inodes = dump.list(
      blocks[0] + image.offset("struct super_block", "s_inodes"), "struct inode", "i_sb_list")
    #expect(inodes.count == 1)
    let mapping = dump.load(inodes[0], "struct inode", "i_mapping")
    let pages = dump.xarray(mapping + image.offset("struct address_space", "i_pages"))
    #expect(pages.map(\.index) == [1, 50])
    for page in pages {
      #expect(dump.load(page.entry, "struct page", "mapping") == mapping)
      #expect(dump.load(page.entry, "struct page", "index") == page.index)
    }
    let arenas = dump.xarray(image["map_idr"] + image.offset("struct idr", "idr_rt"))
    #expect(
      arenas.map { dump.load($0.entry, "struct bpf_map", "max_entries") }
        == (image.kernel < .v6_12 ? [] : [100]))
    #expect(dump.text(image["linux_banner"]) == image.banner)
    try checkLog(dump, made.machine)
  }

  /// A task that runs has what its CPU has switched to, one that waits its own.
  @Test(arguments: [
    ("switch_mm mm", [1, 1]), ("switch_mm other", [2, 1]), ("switch_mm 0", [0, 1]),
    ("cpu 1\nswitch_mm other\ncpu 2\nswitch_mm mm", [1, 1]),
    ("cpu 1\nswitch_mm other\ncpu 2", [2, 1]), ("cpu 1\ntask worker", [0, 1]),
    ("cpu 1\ntask worker\nswitch_mm other", [0, 2]), ("task worker\nswitch_mm 0", [0, 0]),
    ("task worker\nswitch_mm other\ntask vmemctl", [2, 1]),
  ])
  func tasksHaveTheSpaceOfTheirCPU(_ lines: String, _ expected: [Int]) throws {
    var made = machine("--kernel 6.18 --cpus 3")
    let text = "other = mm_create\ntask vmemctl\nswitch_mm 0\n\(lines)\n"
    #expect(made.run(ScriptSource(name: "u", bytes: Array(text.utf8))) == .success)
    let dump = try DumpedKernel(made.machine)
    let list = dump.image["init_task"] + dump.image.offset("struct task_struct", "tasks")
    let tasks = dump.list(list, "struct task_struct", "tasks")
    let head = dump.image["init_mm"] + dump.image.offset("struct mm_struct", "mmlist")
    // The newest stands first in the list.
    let spaces = [0] + dump.list(head, "struct mm_struct", "mmlist").reversed()
    let mms = tasks.map { dump.load($0, "struct task_struct", "mm") }
    #expect(mms == expected.map { spaces[$0] }, "\(spaces)")
    for mm in Set(mms) where mm != 0 {
      let users = zip(tasks, mms).filter { $0.1 == mm }
      #expect(dump.load(mm, "struct mm_struct", "owner") == users[0].0)
      #expect(dump.load(mm, "struct mm_struct", "mm_users") == UInt64(users.count))
    }
  }

  private func checkLog(_ dump: DumpedKernel, _ machine: borrowing Machine) throws {
    let ring = dump.variable("prb")
    func field(_ path: String) -> UInt64 { dump.load(ring, "struct printk_ringbuffer", path) }
    let count = UInt64(1) << (field("desc_ring.count_bits") & 63)
    let mask = UInt64(1) << (field("text_data_ring.size_bits") & 63) - 1
    var text: [String] = []
    var number = field("desc_ring.tail_id")
    while true {
      let slot = number & (count - 1)
      let descriptor =
        field("desc_ring.descs") + slot * UInt64(dump.image.table.size("struct prb_desc"))
      #expect(dump.load(descriptor, "struct prb_desc", "state_var") == number | 2 << 62)
      let info =
        field("desc_ring.infos") + slot * UInt64(dump.image.table.size("struct printk_info"))
      let length = Int(dump.load(info, "struct printk_info", "text_len"))
      let at = dump.load(descriptor, "struct prb_desc", "text_blk_lpos.begin") & mask
      text.append(dump.text(field("text_data_ring.data") + at + 8, length))
      if number == field("desc_ring.head_id") { break }
      number = (number + 1) & (1 << 62 - 1)
    }
    var expected: [String] = []
    Views.forEachRecord(machine) { expected += $2 }
    #expect(text == expected && text.count > 1)
  }

  /// Neither the machine nor RAM in the dump knows of it, and what the machine maps is mapped alike.
  @Test(arguments: kinds)
  func theMachineIsNotChanged(_ boot: String) throws {
    let made = machine(boot)
    let before = made.machine.hash()
    let dump = try DumpedKernel(made.machine)
    #expect(made.machine.hash() == before)
    let ram = dump.core.loads.dropLast()
    for load in ram.prefix(2) {
      let step = 1 << 20
      for at in stride(from: 0, to: Int(load.fileSize), by: step) {
        let count = min(step, Int(load.fileSize) - at)
        let pfn = (load.physical + UInt64(at)) >> 12
        var frames: [UInt8] = []
        for frame in pfn..<pfn + UInt64(count >> 12) {
          _ = made.machine.withFrame(UInt32(frame)) { bytes in
            bytes.withUnsafeBytes { frames += $0.bindMemory(to: UInt8.self) }
          }
        }
        #expect(frames.count == count && dump.core.holds(frames, at: load.offset + UInt64(at)))
      }
    }
    var pages = 0
    made.machine.vmAreas.forEachBusyArea { area in
      for page in 0..<min(area.reserved >> 12, 64) {
        let address = area.start + page << 12
        let pfn = made.machine.mappings.vmallocToPFN(address)
        #expect(dump.translate(address) == pfn.map { $0 << 12 })
        pages += pfn == nil ? 0 : 1
      }
    }
    #expect(pages > 40)
  }

  /// One page stands for all that hold the same: each says what a page of its own would.
  @Test(arguments: kinds)
  func sharedPagesOfStructPagesHoldWhatTheirOwnWould(_ boot: String) {
    let made = machine(boot)
    let objects = KernelObjects(made.machine)
    let pages = (objects.frameCount + 63) / 64
    #expect(UInt64(objects.pages.stored.count) < pages)
    var (own, seen): ([UInt64], [UInt64]) = ([], [])
    for page in 0..<pages {
      objects.pages.render(page * 64..<page * 64 + 64, made.machine, into: &own)
      let place = objects.structPage(at: page << 12)
      objects.read(page: place, made.machine, into: &seen)
      #expect(own == seen, "page \(page)")
    }
  }
}
