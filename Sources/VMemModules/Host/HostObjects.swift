internal import CHost
internal import CModule
internal import VMem

/// Objects that modules see and that are not in the machine's RAM: descriptions of areas and caches,
/// tasks, the kernel's `init_mm`, texts of parameters. They live as long as the host, at the same
/// addresses in each run.
struct HostObjects {
  /// Where they stand, one behind the other; without room there they are the process's.
  private var arena: UnsafeMutableRawPointer?
  private var used = 0
  private var blocks: [UnsafeMutableRawPointer] = []
  private var named: [String: UInt64] = [:]
  /// Descriptions of areas, by their start.
  private var areas: [UInt64: UnsafeMutablePointer<vm_struct>] = [:]
  private var spare: [UnsafeMutablePointer<vm_struct>] = []
  /// Those of areas that a module has taken out, and has not freed yet.
  private var kept: Set<UInt64> = []
  /// What runs where nothing else does, and the parents of insmod's task and of kernel threads.
  private(set) var idleTask: UnsafeMutablePointer<task_struct>?
  private(set) var initTask: UnsafeMutablePointer<task_struct>?
  private(set) var threadDaemon: UnsafeMutablePointer<task_struct>?
  private var spareTasks: [UnsafeMutablePointer<task_struct>] = []

  /// Zeroed bytes.
  mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let size = (max(size, 16) + 15) & ~15
    if let arena, size <= Int(VMEM_OBJECTS_SIZE) - used {
      defer { used += size }
      return arena + used
    }
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    blocks.append(block)
    return block
  }

  /// A zeroed `struct task_struct`.
  mutating func task() -> UnsafeMutablePointer<task_struct> {
    let record = spareTasks.popLast() ?? object(task_struct.self, task_struct())
    record.pointee = task_struct()
    return record
  }

  /// Nobody points at a task any more.
  mutating func free(_ task: UnsafeMutablePointer<task_struct>) { spareTasks.append(task) }

  mutating func object<T>(_ type: T.Type, _ value: T) -> UnsafeMutablePointer<T> {
    let block = allocate(MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: 1)
    block.pointee = value
    return block
  }

  /// Bytes that stay; their address.
  mutating func keep(_ bytes: [UInt8]) -> UInt64 {
    let block = allocate(bytes.count)
    block.copyMemory(from: bytes, byteCount: bytes.count)
    return UInt64(UInt(bitPattern: block))
  }

  /// The address of an object that the loader binds by name.
  subscript(name: String) -> UInt64? { named[name] }

  mutating func name<T>(_ name: String, _ value: T) -> UnsafeMutablePointer<T> {
    let pointer = object(T.self, value)
    named[name] = UInt64(UInt(bitPattern: pointer))
    return pointer
  }

  /// Takes the arena, unless somebody is there.
  private mutating func openArena() {
    let size = Int(VMEM_OBJECTS_SIZE)
    guard let found = chost_native_text(UInt64(VMEM_OBJECTS), size) else { return }
    if UInt(bitPattern: found) == UInt(VMEM_OBJECTS) {
      arena = found
    } else {
      chost_native_release(found, size)
    }
  }

  mutating func open(_ machine: borrowing Machine, _ host: ModuleHost) {
    openArena()
    let top = host.directAddress(machine.mmu.topTable)
    let initial = name("init_mm", mm_struct())
    initial.pointee.pgd = UnsafeMutablePointer(bitPattern: UInt(host.folded(top)))
    initial.pointee.mm_users = 2
    initial.pointee.mmap_lock.magic = UInt32(VMEM_LOCK_MAGIC)
    initial.pointee.page_table_lock.magic = UInt32(VMEM_LOCK_MAGIC)
    for (title, last, type) in [
      ("iomem_resource", UInt64.max >> 12, 0x200), ("ioport_resource", 0xffff, 0x100),
    ] as [(String, UInt64, UInt)] {
      let root = name(title, resource())
      root.pointee.end = last
      root.pointee.flags = type
    }
    idleTask = task("swapper/0", 0, self.name("init_task", task_struct()))
    initTask = task("init", 1)
    threadDaemon = task("kthreadd", 2)
    let mask = name("cpu_online_mask", cpumask())
    mask.pointee.bits =
      machine.cpuCount >= 64 ? UInt.max : 1 << UInt(machine.cpuCount) - 1
  }

  private mutating func task(
    _ name: StaticString, _ pid: Int32, _ record: UnsafeMutablePointer<task_struct>? = nil
  ) -> UnsafeMutablePointer<task_struct> {
    let record = record ?? task()
    (record.pointee.pid, record.pointee.tgid, record.pointee.prio) = (pid, pid, 120)
    // Safe: 16 bytes, the last of them zero.
    withUnsafeMutableBytes(of: &record.pointee.comm) { bytes in
      for index in 0..<min(15, name.utf8CodeUnitCount) { bytes[index] = name.utf8Start[index] }
    }
    (record.pointee.parent, record.pointee.real_parent) = (record, record)
    record.pointee.group_leader = record
    return record
  }

  mutating func close() {
    for block in blocks { block.deallocate() }
    if let arena { chost_native_release(arena, Int(VMEM_OBJECTS_SIZE)) }
    blocks = []
  }

  // MARK: Areas

  mutating func area(_ start: UInt64, _ description: vm_struct) -> UInt64 {
    let pointer = areas[start] ?? spare.popLast() ?? object(vm_struct.self, vm_struct())
    pointer.pointee = description
    areas[start] = pointer
    return UInt64(UInt(bitPattern: pointer))
  }

  /// A `struct kmem_cache`; its address.
  mutating func cache(_ description: kmem_cache, constructor: UInt64) -> UInt64 {
    let pointer = object(kmem_cache.self, description)
    // Safe: the field is a pointer of 64 bits.
    withUnsafeMutableBytes(of: &pointer.pointee.ctor) {
      $0.storeBytes(of: constructor, as: UInt64.self)
    }
    return UInt64(UInt(bitPattern: pointer))
  }

  /// An area is gone; its description is used again, or is the module's to free when it `keeps` it.
  mutating func forgetArea(_ start: UInt64, keeps: Bool = false) {
    guard !areas.isEmpty, let record = areas.removeValue(forKey: start) else { return }
    if keeps { kept.insert(UInt64(UInt(bitPattern: record))) } else { spare.append(record) }
  }

  /// Frees a description that a module has kept; false for any other address.
  mutating func freeArea(_ record: UInt64) -> Bool {
    guard !kept.isEmpty, kept.remove(record) != nil else { return false }
    spare.append(UnsafeMutablePointer(bitPattern: UInt(record))!)
    return true
  }
}

extension ModuleHost {
  /// A `struct vm_struct` for the area that contains an address; null where there is none.
  func areaRecord(_ address: UInt64, _ machine: borrowing Machine) -> UInt64 {
    guard let area = machine.vmAreas.findVMArea(address) else { return 0 }
    var record = vm_struct()
    record.addr = UnsafeMutableRawPointer(bitPattern: UInt(folded(area.start)))
    record.size = UInt(area.end - area.start)
    record.flags = UInt(area.flags.rawValue)
    record.nr_pages = area.pageCount
    record.page_order = UInt32(area.pageOrder)
    record.phys_addr = area.physicalAddress
    return objects.area(area.start, record)
  }
}
