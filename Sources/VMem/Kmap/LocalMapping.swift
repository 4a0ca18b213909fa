/// A mapping of kmap_local, while its task holds it and as long as an audit has something to say
/// about it. The kernel knows of it what is in the slot, if it has one: of low memory it knows
/// nothing.
struct LocalMapping: SlabObject {
  static var cache: Int { 18 }

  /// Mappings that are kept after their end: the oldest fall out.
  static let mostEnded = 64

  /// Address of the page: of a slot, or in the direct map.
  var address: UInt64 = 0
  var page: UInt64 = 0
  /// The audit's bit of the task that made it, and those of others that have used it.
  var maker: UInt64 = 0
  var users: UInt64 = 0
  /// Clock of its end, or 0.
  var ended: UInt64 = 0
  /// The one that the task had made before, or that has ended before.
  var next = Ref<LocalMapping>.none
  var marks = KmapMarks()
  /// 1 for one that an interrupt made.
  var level: UInt8 = 0
  /// 1 for one that has opened the key of protected pages.
  var opens: UInt8 = 0
  var unused: UInt8 = 0
}

/// What tasks hold by kmap_local, the last one first.
extension Highmem {
  /// The bit in the audit of the current task. Each CPU has a first task of its own; those of CPUs
  /// from 31 on share the highest bit.
  var auditBit: UInt64 { auditBit(ofTask: tasks.task, onCPU: cpu) }

  func auditBit(ofTask task: Int, onCPU cpu: Int) -> UInt64 {
    1 << UInt64(task > 0 || cpu == 0 ? task : Tasks.maximumTasks + min(cpu, 31))
  }

  /// The bits of all tasks that there can be.
  var auditBits: UInt64 { 1 << UInt64(Tasks.maximumTasks + min(cpuCount, 32)) &- 1 }

  /// 1 in an interrupt, which has mappings and rights of its own.
  var kmapLevel: Int { context.isInterrupt ? 1 : 0 }

  /// Puts a mapping on top of what a task holds.
  func hold(
    _ control: Ref<KmapControl>, _ address: UInt64, _ page: UInt64
  ) throws(Refusal) -> Ref<LocalMapping> {
    guard let mapping = caches.allocate(LocalMapping.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    ram[mapping] = LocalMapping()
    ram[mapping].address = address
    ram[mapping].page = page
    ram[mapping].maker = auditBit
    ram[mapping].level = UInt8(kmapLevel)
    ram[mapping].next = ram[control].held
    ram[control].held = mapping
    return mapping
  }

  /// The last of a task's mappings that is as it should be.
  func held(
    _ control: Ref<KmapControl>, where matches: (LocalMapping) -> Bool
  ) -> Ref<LocalMapping>? {
    var mapping = ram[control].held
    var limit = caches.stepLimit(LocalMapping.self)
    while !mapping.isNone {
      limit.step()
      if matches(ram[mapping]) { return mapping }
      mapping = ram[mapping].next
    }
    return nil
  }

  func forEachHeld(_ control: Ref<KmapControl>, _ body: (Ref<LocalMapping>) -> Void) {
    forEach(from: ram[control].held, body)
  }

  /// Calls `body` for each mapping of a list.
  func forEach(from first: Ref<LocalMapping>, _ body: (Ref<LocalMapping>) -> Void) {
    var mapping = first
    var limit = caches.stepLimit(LocalMapping.self)
    while !mapping.isNone {
      limit.step()
      body(mapping)
      mapping = ram[mapping].next
    }
  }

  /// Ends a mapping of a task: gives back the right that it has opened, and keeps it for the audit
  /// if there is something to say about it.
  func end(_ mapping: Ref<LocalMapping>, _ control: Ref<KmapControl>) {
    let next = ram[mapping].next
    if ram[control].held == mapping {
      ram[control].held = next
    } else if let before = held(control, where: { $0.next == mapping }) {
      ram[before].next = next
    }
    closeProtected(mapping, control)
    guard !ram[mapping].marks.isEmpty || ram[mapping].users != 0 else {
      return caches.free(mapping)
    }
    ram[mapping].ended = clock
    ram[mapping].next = ram[ram.highMemory].endedMappings
    ram[ram.highMemory].endedMappings = mapping
    forgetOldest()
  }

  /// Ends all that a task holds.
  func endAll(_ control: Ref<KmapControl>) {
    var limit = caches.stepLimit(LocalMapping.self)
    while !ram[control].held.isNone {
      limit.step()
      end(ram[control].held, control)
    }
  }

  /// Lets the oldest that have ended fall out: there is one too many at most.
  private func forgetOldest() {
    var last = ram[ram.highMemory].endedMappings
    for _ in 1..<LocalMapping.mostEnded where !ram[last].next.isNone { last = ram[last].next }
    let oldest = ram[last].next
    guard !oldest.isNone else { return }
    ram[last].next = .none
    caches.free(oldest)
  }
}
