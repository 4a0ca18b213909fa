import Testing

@testable import VMem

extension Configuration {
  /// A configuration of one kind of machine; what is not given is as `boot` has it.
  init(
    memory: UInt64 = 16 << 20, cpus: Int = 1, nodes: Int = 1, levels: Int = 4,
    switches: Switches = KernelVersion.v6_18.switches, seed: UInt64 = 1
  ) {
    self.init()
    self.memory = memory
    self.cpus = cpus
    self.nodes = nodes
    self.levels = levels
    self.switches = switches
    self.seed = seed
  }
}

extension Machine {
  /// Records an issue for the first broken invariant, and for an entry that leads to what its maker has
  /// no right to, unless the test makes such entries. Returns whether there was none.
  @discardableResult
  func expectSound(
    _ context: @autoclosure () -> String, hasStaleEntries: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Bool {
    let violations = check()
    if !hasStaleEntries, let first = staleMappings.first {
      Issue.record(
        "\(context()): \(hex(first.address)) leads to \(first.pfn), \(first.now)",
        sourceLocation: sourceLocation)
      return false
    }
    guard let first = violations.first else { return true }
    Issue.record(
      "\(context()): \(first.what) \(hex(first.a)) \(hex(first.b)), \(violations.count) in all",
      sourceLocation: sourceLocation)
    return false
  }

  /// Entries that lead to what their makers have no right to.
  var staleMappings: [StaleMapping] {
    var found: [StaleMapping] = []
    mmu.forEachStaleMapping { found.append($0) }
    return found
  }

  /// Maps a device file, shared.
  func mapDevice(
    _ mm: UInt64, length: UInt64, hint: UInt64 = 0, rights: UserMappingFlags = [.read, .write]
  ) throws(Refusal) -> UInt64 {
    var request = MmapRequest(.device, length: length)
    request.hint = hint
    request.rights = rights
    request.isShared = true
    return try users.mmap(mm, request)
  }

  /// Frame numbers of a set of pages.
  func frameNumbers(of set: Ref<PageSet>) -> [UInt64] {
    (0..<UInt64(pageSets.pageSet(set).count)).compactMap {
      pageSets.page($0, of: set).map(UInt64.init)
    }
  }

  /// What the buddy allocator has, zone by zone, once the per-CPU lists are empty.
  func drainedBlocks() -> [[UInt64]] {
    frames.drainPerCPULists()
    return pageSets.zoneSummaries.map { zone in zone.freeBlocks.indices.map { zone.freeBlocks[$0] }
    }
  }

  /// Bytes at an address, or nil when one of them faults.
  func bytes(at address: UInt64, count: UInt64) -> [UInt8]? {
    var result: [UInt8] = []
    do throws(Refusal) {
      try mmu.read(address, count: count) { part in
        for index in part.indices { result.append(part[index]) }
      }
      return result
    } catch {
      return nil
    }
  }
}

/// A number as `0x…`.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// The refusal of a call, or nil when it succeeded.
func refusal<T>(of call: () throws(Refusal) -> T) -> Refusal? {
  do throws(Refusal) {
    _ = try call()
    return nil
  } catch {
    return error
  }
}
