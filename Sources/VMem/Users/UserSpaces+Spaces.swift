/// Making user address spaces, and choosing the one a CPU uses.
extension UserSpaces {
  /// Carries out `Machine.allocateMM`.
  package func allocateMM() throws(Refusal) -> UInt64 { try allocateMM(.mm_alloc) }

  func allocateMM(_ function: KernelFunction) throws(Refusal) -> UInt64 {
    mightSleep(function)
    guard !ram.fails(.mmStruct), let space = caches.allocate(UserSpace.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    guard let top = frames.allocatePage(zeroed: false) else {
      caches.free(space)
      throw Refusal(.null, .noTableMemory, 0, mappings.levelCode(map.levels))
    }
    ram[space] = UserSpace(top: top)
    insertTopTable(of: space)
    ram[ram.users].tables[map.levels] += 1
    ram.fillTopTable(top, like: tables.top)
    return address(of: space)
  }

  /// `pgd_ctor`: puts the top-level table on the list of all.
  private func insertTopTable(of space: Ref<UserSpace>) {
    let (top, first) = (ram[space].top, ram[ram.users].topTables)
    ram[frames.frame(top)].mapcount = ram.word(.table)
    ram[frames.frame(top)].index = address(of: space)
    ram[frames.frame(top)].next = first
    if first != 0 { ram[frames.frame(first)].previous = top }
    ram[ram.users].topTables = top
  }

  /// `pgd_list_del`.
  private func removeTopTable(of space: Ref<UserSpace>) {
    let record = ram[frames.frame(ram[space].top)]
    if record.next != 0 { ram[frames.frame(record.next)].previous = record.previous }
    if record.previous == 0 {
      ram[ram.users].topTables = record.next
    } else {
      ram[frames.frame(record.previous)].next = record.next
    }
  }

  /// The kernel address of an `mm_struct`.
  func address(of space: Ref<UserSpace>) -> UInt64 { map.pageOffset + space.physicalAddress }

  /// Carries out `Machine.putMM`.
  package func putMM(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let space = try userSpace(at: address)
    for cpu in 0..<cpuCount where self.space(ofCPU: cpu) == space {
      throw Refusal(.errno(.EBUSY), .userSpaceInUse, address, UInt64(cpu))
    }
    for task in 0...Int(ram[ram.tasks].count) where ram[self.tasks.task(task)].memory == space {
      throw Refusal(.errno(.EBUSY), .userSpaceOfTask, address, UInt64(task) + 1)
    }
    mightSleep(.mmput)
    release(space)
  }

  /// `exit_mmap`, `mmdrop`.
  func release(_ space: Ref<UserSpace>) {
    remove(space, 0, map.taskSize)
    removeTopTable(of: space)
    ram[ram.users].tables[map.levels] -= 1
    frames.free(ram[space].top)
    caches.free(space)
  }

  /// Carries out `Machine.switchMM`.
  package func switchMM(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    switchMM(to: address == 0 ? .none : try userSpace(at: address))
  }

  func switchMM(to space: Ref<UserSpace>) {
    guard space != self.space(ofCPU: cpu) else { return }
    ram[areas.blocks.perCPU(cpu)].userSpace = space
    TLB(current: ram).flushUser()
  }

  /// Carries out `Machine.activeMM`.
  package var currentMM: UInt64 {
    let space = space(ofCPU: cpu)
    return space.isNone ? 0 : address(of: space)
  }

  /// Carries out `Machine.userTables`.
  package func userTables(_ address: UInt64) throws(Refusal) -> UserTables {
    UserTables(top: UInt64(ram[try userSpace(at: address)].top))
  }

  func userSpace(at address: UInt64) throws(Refusal) -> Ref<UserSpace> {
    if let space = caches.object(at: address &- map.pageOffset, UserSpace.self) {
      let top = ram[space].top
      if top < ram.frameCount, ram[frames.frame(top)].mapcount == ram.word(.table),
        ram[frames.frame(top)].index == address
      {
        return space
      }
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
    var top = ram[ram.users].topTables
    var limit = caches.stepLimit(UserSpace.self)
    while top != 0 {
      limit.step()
      let record = ram[frames.frame(top)]
      body(Ref(granule: UInt32(truncatingIfNeeded: (record.index &- map.pageOffset) >> 4)))
      top = record.next
    }
  }

  func forEachMapping(of space: Ref<UserSpace>, _ body: (Ref<UserMapping>) -> Void) {
    mappings(of: space).forEach(body)
  }
}
