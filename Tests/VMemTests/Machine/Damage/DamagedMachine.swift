import TestSupport
@testable import VMem

/// A small machine in which something of every kind is alive.
enum LivelyMachine {
  static func make(seed: UInt64) throws -> Machine {
    var configuration = Configuration(memory: 10 << 20, cpus: 2, nodes: 2)
    configuration.highmem = 1 << 20
    configuration.window = .i386PAE
    configuration.pkmapSlots = 8
    configuration.switches.insert(.pks)
    configuration.seed = seed
    let machine = try Machine(configuration)
    try fill(machine)
    try machine.selectCPU(1)
    try fill(machine)
    try fillFiles(machine)
    // Something in the TLBs, some of it stale, and a CPU in the middle of a call.
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 16384))
    for address in [area, area + 4096, machine.map.pageOffset + 4 << 20] {
      try machine.mmu.read(address, count: 1) { _ in }
    }
    try machine.mappings.vunmapRange(start: area + 4096, end: area + 8192)
    try machine.tasks.run(task: text("worker").span)
    try fillStacks(machine)
    try fillKmap(machine)
    _ = try machine.steps.begin(.unmapAliases, on: 0)
    // Its lock, its user, its entries: the pages are known to nobody else.
    let arena = machine.arenas.kernelStart(machine.ram[machine.ram.arenas].arenas.first)
    _ = try machine.steps.begin(.arenaFreePages(arena: arena, address: 2 << 44, count: 2), on: 1)
    while machine.ram[machine.ram.perCPU(1)].step.list == 0 { _ = try machine.steps.step(1) }
    return machine
  }

  /// Stacks of every policy, some of their pages used, and stashes with pages that are taken.
  private static func fillStacks(_ machine: borrowing Machine) throws {
    _ = try machine.stacks.allocateStack()
    for size in [8192, 16384] as [UInt64] {
      let grown = try machine.stacks.allocateStack(size: size, policy: .dynamic)
      try machine.stacks.touchStack(grown, depth: 8000, isWrite: true)
    }
    let reclaimed = try machine.stacks.allocateStack(size: 32768, policy: .reclaim)
    try machine.stacks.touchStack(reclaimed, depth: 8, isWrite: true)
    try machine.stacks.touchStack(reclaimed, depth: 5000, isWrite: false)
    _ = try machine.stacks.allocateStack(policy: .reclaim)
  }

  /// Slots with users and without, tasks that hold mappings, one that sleeps, and an audit.
  private static func fillKmap(_ machine: borrowing Machine) throws {
    let pages = machine.frameNumbers(
      of: try machine.allocatePages(count: 12, gfp: [.kernel, .highmem]))
    let low = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    try machine.highmem.protectPages(low, key: 3)
    try machine.setProtection(ofKey: 3, .read)
    for page in pages[0..<8] { _ = try machine.highmem.kmap(page) }
    _ = try machine.highmem.kmapLocalPage(pages[9])
    try machine.tasks.run(task: text("holder").span)
    for page in pages[1..<4] { _ = try machine.highmem.kmapLocalPage(page) }
    try machine.tasks.run(task: text("sleeper").span)
    let name = try machine.names.declare(text("slept").span)
    _ = refusal { () throws(Refusal) in try machine.highmem.kmap(pages[8]) }
    machine.highmem.bindWhenWoken(name)
    try machine.tasks.run(task: text("worker").span)
    _ = try machine.highmem.kmap(pages[0])
    for _ in 0..<2 { try machine.highmem.kunmap(pages[0]) }
    // Without slots: one that opens a key, one released too early.
    let more = machine.frameNumbers(of: try machine.allocatePages(count: 2))
    try machine.highmem.protectPages([more[0]], key: 2)
    let early = try machine.highmem.kmapLocalPage(more[0])
    _ = try machine.highmem.kmapLocalPage(more[1])
    try machine.highmem.kunmapLocal(early)
    _ = try machine.highmem.kmapLocalPage(more[0])
  }

  private static func fillFiles(_ machine: borrowing Machine) throws {
    let file = try machine.files.makeFile(size: 100_000, order: 2)
    try machine.files.readAhead(file, start: 5000, end: 60_000)
    _ = try machine.files.vmapFile(file, start: 5000, end: 60_000)
    let memfd = try machine.files.createMemfd(allowsSealing: true)
    try machine.files.ftruncate(memfd, size: 40_000)
    try machine.files.addSeals(memfd, .shrink)
    let buffer = try machine.files.createUdmabuf(list: [
      UdmabufItem(memfd: memfd, offset: 4096, size: 8192),
      UdmabufItem(memfd: memfd, offset: 0, size: 8192),
    ])
    _ = try machine.files.mapBuffer(buffer)
    _ = try machine.files.openFile(path: text("/proc/self/exe").span)
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func fill(_ machine: borrowing Machine) throws {
    let suffix = "\(machine.cpu)"
    let caller = try machine.intern(caller: text("some_driver_\(suffix)+0x1/0x2").span)
    try fillPages(machine, suffix)
    // More blocks than a node of the index has, lazy areas, and pools of several sizes.
    var areas: [UInt64] = []
    for number in 0..<180 {
      areas.append(
        try machine.vmAreas.getVMArea(
          size: UInt64(1 + number % 5) << 12, flags: .map,
          start: machine.map.vmallocStart + 1 << 32, end: machine.map.vmallocEnd, caller: caller))
    }
    for number in stride(from: 0, to: 180, by: 2) { try machine.vmAreas.freeVMArea(areas[number]) }
    for _ in 0..<12 { areas.append(try machine.vmAreas.getVMArea(size: 8192, caller: caller)) }
    for area in areas.suffix(8) { try machine.vmAreas.freeVMArea(area) }
    try machine.drainLazyAreas()
    for number in [1, 7, 31] { try machine.vmAreas.freeVMArea(areas[number]) }
    try machine.vmAreas.freeVMArea(areas[areas.count - 9])
    try fillMappings(machine, suffix, caller)
    try fillArena(machine)
    try fillUsers(machine)
  }

  /// A program with pages of its own, shared ones, and a child.
  private static func fillUsers(_ machine: borrowing Machine) throws {
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    let own = try machine.users.mmap(mm, MmapRequest(.anonymous, length: 16384))
    for page in [0, 1] as [UInt64] { try machine.mmu.store(own + page << 12, page) }
    try machine.mmu.read(own + 8192, count: 1) { _ in }
    var request = MmapRequest(.anonymous, length: 8192)
    request.isShared = true
    try machine.mmu.store(try machine.users.mmap(mm, request), 1)
    try machine.users.switchMM(try machine.users.fork(mm))
    try machine.mmu.store(own, 2)
    try machine.users.mprotect(machine.users.currentMM, own + 4096, length: 4096, [])
    try machine.users.switchMM(0)
    _ = try machine.tasks.run(task: text("shell\(machine.cpu)").span, mm: mm)
    try machine.users.switchMM(0)
  }

  /// An arena with pages, free runs of several lengths, and a user of all.
  private static func fillArena(_ machine: borrowing Machine) throws {
    var request = Machine.ArenaRequest(pages: 40)
    request.mapExtra = UInt64(1 + machine.cpu) << 44
    let arena = try machine.arenas.createArena(request)
    let pages = try machine.arenas.arenaAllocPages(arena, count: 12)
    for page in [2, 5, 6] as [UInt64] {
      try machine.arenas.arenaFreePages(arena, pages + page << 12, count: 1)
    }
    let mm = try machine.users.allocateMM()
    try machine.users.switchMM(mm)
    var mapping = Machine.ArenaMmapRequest()
    mapping.hint = pages
    _ = try machine.arenas.arenaMmap(arena, mm: mm, mapping)
    try machine.mmu.read(pages, count: 1) { _ in }
    try machine.mmu.read(pages + 2 << 12, count: 1) { _ in }
    try machine.users.switchMM(0)
  }

  private static func fillPages(_ machine: borrowing Machine, _ suffix: String) throws {
    let pages = try machine.names.declare(text("P\(suffix)").span)
    machine.names.bind(pages, pages: try machine.allocatePages(count: 12))
    let blocks = try machine.names.declare(text("Q\(suffix)").span)
    machine.names.bind(blocks, pages: try machine.allocatePages(count: 2, order: 2))
    _ = try machine.allocatePages(count: 3)
    let gone = try machine.names.declare(text("gone\(suffix)").span)
    let set = try machine.allocatePages(count: 2)
    machine.names.bind(gone, pages: set)
    try machine.pageSets.freePages(machine.frameNumbers(of: set))
    machine.names.bind(try machine.names.declare(text("n\(suffix)").span), number: 42)
  }

  private static func fillMappings(
    _ machine: borrowing Machine, _ suffix: String, _ caller: Ref<Symbol>
  ) throws {
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 80))
    for size in [1, 5000, 40_960, 100_000] as [UInt64] {
      var request = VmallocRequest(size: size)
      request.caller = caller
      let address = try machine.mappings.vmalloc(request)
      machine.names.bind(
        try machine.names.declare(text("v\(size)_\(suffix)").span), address: address)
    }
    var huge = VmallocRequest(size: 2 << 20)
    huge.flags = .allowHugeVmap
    if suffix == "0" { _ = try machine.mappings.vmalloc(huge) }
    // A page that outlives its area.
    let short = try machine.mappings.vmalloc(VmallocRequest(size: 4096))
    try machine.pageSets.getPages([try required(machine.mappings.vmallocToPFN(short))])
    try machine.mappings.vfree(short)
    _ = try machine.mappings.vmap(Array(pages[0..<4]), count: 4, flags: .map)
    _ = try machine.mappings.vmap(
      Array(pages[4..<7]), count: 3, flags: [.map, .mapPutPages], protection: .kernelReadOnly)
    let sparse = try machine.vmAreas.getVMArea(size: 64 << 12, flags: .sparse)
    try machine.mappings.vmAreaMapPages(
      area: sparse, start: sparse + 4096, end: sparse + 8 << 12, pages: Array(pages[0..<7]))
    _ = try machine.mappings.vmMapRAM(Array(pages[10..<18]))
    let given = try machine.mappings.vmMapRAM(Array(pages[20..<23]))
    try machine.mappings.vmUnmapRAM(given, count: 3)
    _ = try machine.mappings.vmMapRAM(Array(pages[0..<66]))
    let device = machine.cpu == 0 ? 0xfed0_0000 : 0xfec0_0000 as UInt64
    _ = try machine.mappings.ioremap(device, size: 8192, mode: .uncachedMinus)
    _ = try machine.mappings.ioremap(
      0xd000_0000 + device & 0xff_ffff, size: 4096, mode: .writeCombining)
    _ = try machine.mappings.vmapPFN(0x10_0000, count: 2)
    _ = try machine.percpu.getPerCPUAreas(align: 4096, [(0, 4096), (1 << 20, 8192)])
    _ = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: 0) })
    machine.warn(.vunmap, .badVfree, 0x1000)
  }
}
