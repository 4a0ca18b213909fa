/// Making user address spaces, and choosing the one a CPU uses.
extension Machine {
  /// Makes an address space without mappings and returns the address of its `mm_struct`. The
  /// corresponding kernel function is `mm_alloc`.
  ///
  /// Refuses with NULL when there is no memory for the record or the table.
  public func allocateMM() throws(Refusal) -> UInt64 { try allocateMM(.mm_alloc) }

  func allocateMM(_ function: KernelFunction) throws(Refusal) -> UInt64 {
    mightSleep(function)
    guard !ram.fails(.mmStruct), let space = caches.allocate(.userSpace, as: UserSpace.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    guard let top = frames.allocatePage() else {
      caches.free(.userSpace, space)
      throw Refusal(.null, .noTableMemory, 0, levelCode(map.levels))
    }
    ram[frames.frame(top)].mapcount = PageType.table.word
    ram[space] = UserSpace(top: top, next: ram[Superblock.ref].userSpaces)
    ram[Superblock.ref].userSpaces = space
    ram[Superblock.ref].userTables[map.levels] += 1
    for index in 256..<512 { ram[table: UInt64(top), index] = ram[table: tables.top, index] }
    return map.pageOffset + space.physicalAddress
  }

  /// Gives back an address space with all it has. The corresponding kernel function is `mmput`, of the
  /// last user.
  ///
  /// Refuses with -ENOENT where there is none, with -EBUSY while a CPU uses it.
  public func putMM(_ address: UInt64) throws(Refusal) {
    let space = try userSpace(at: address)
    for cpu in 0..<cpuCount where self.space(ofCPU: cpu) == space {
      throw Refusal(.errno(.EBUSY), .userSpaceInUse, address, UInt64(cpu))
    }
    for task in 0...Int(ram[Superblock.ref].taskCount) where ram[self.task(task)].memory == space {
      throw Refusal(.errno(.EBUSY), .userSpaceOfTask, address, UInt64(task) + 1)
    }
    mightSleep(.mmput)
    release(space)
  }

  /// `exit_mmap`, `mmdrop`.
  func release(_ space: Ref<UserSpace>) {
    remove(space, 0, map.taskSize)
    var at = ram[Superblock.ref].userSpaces
    if at == space {
      ram[Superblock.ref].userSpaces = ram[space].next
    } else {
      while ram[at].next != space { at = ram[at].next }
      ram[at].next = ram[space].next
    }
    ram[Superblock.ref].userTables[map.levels] -= 1
    frames.free(ram[space].top)
    caches.free(.userSpace, space)
  }

  /// Makes an address space the one that the current CPU uses; 0 is that of the kernel alone. What the
  /// CPU's TLB has of another goes, but for global entries. The corresponding kernel function is
  /// `switch_mm`.
  public func switchMM(_ address: UInt64) throws(Refusal) {
    switchMM(to: address == 0 ? .none : try userSpace(at: address))
  }

  func switchMM(to space: Ref<UserSpace>) {
    guard space != self.space(ofCPU: cpu) else { return }
    ram[areas.blocks.perCPU(cpu)].userSpace = space
    TLB(current: ram).flushUser()
  }

  /// The address of the `mm_struct` that the current CPU uses, or 0.
  public var currentMM: UInt64 {
    let space = space(ofCPU: cpu)
    return space.isNone ? 0 : map.pageOffset + space.physicalAddress
  }

  /// The top-level table of an address space; -ENOENT where there is none.
  public func userTables(_ address: UInt64) throws(Refusal) -> UserTables {
    UserTables(top: UInt64(ram[try userSpace(at: address)].top))
  }

  func userSpace(at address: UInt64) throws(Refusal) -> Ref<UserSpace> {
    var at = ram[Superblock.ref].userSpaces
    var limit = caches.stepLimit(.userSpace)
    while !at.isNone {
      limit.step()
      if map.pageOffset + at.physicalAddress == address { return at }
      at = ram[at].next
    }
    throw Refusal(.errno(.ENOENT), .noUserSpace, address)
  }

  func space(ofCPU cpu: Int) -> Ref<UserSpace> { ram[areas.blocks.perCPU(cpu)].userSpace }

  /// The tables that a CPU walks (CR3).
  @inline(__always)
  func tables(ofCPU cpu: Int) -> PageTables { tables(of: space(ofCPU: cpu)) }

  @inline(__always)
  func tables(of space: Ref<UserSpace>) -> PageTables {
    PageTables(ram: ram, map: map, root: space.isNone ? 0 : ram[space].top)
  }

  /// Calls `body` for each mapping of an address space, ascending.
  package func forEachUserMapping(
    of address: UInt64, _ body: (UserMapping, MappedFile) -> Void
  ) throws(Refusal) {
    forEachMapping(of: try userSpace(at: address)) { body(ram[$0], file(of: ram[$0])) }
  }

  func forEachSpace(_ body: (Ref<UserSpace>) -> Void) {
    var at = ram[Superblock.ref].userSpaces
    var limit = caches.stepLimit(.userSpace)
    while !at.isNone {
      limit.step()
      body(at)
      at = ram[at].next
    }
  }

  func forEachMapping(of space: Ref<UserSpace>, _ body: (Ref<UserMapping>) -> Void) {
    mappings(of: space).forEach(body)
  }
}
