/// Stacks and their pages, for views and assertions.
extension Stacks {
  /// A stack as a view shows it.
  package struct StackSummary: Sendable {
    package let start: UInt64
    package let end: UInt64
    package let policy: StackPolicy
    /// Pages it lists (`nr_pages`), and those that are mapped.
    package let pages: UInt64
    package let mappedPages: UInt64
    /// The name it was bound to, or none.
    package let name: Ref<Name>
  }

  /// A place of a CPU's stash.
  package struct StashSlot: Equatable, Sendable {
    /// Its frame, or nil.
    package let pfn: UInt64?
    /// Whether a fault has taken the page.
    package let isTaken: Bool
  }

  /// Calls `body` for every stack, ascending by address.
  package func forEachStack(_ body: (StackSummary) -> Void) {
    guard !stackState.isNone else { return }
    areas.forEachBusy { area in
      let stack = ram[area].stack
      guard !stack.isNone else { return }
      let (start, size) = (ram[area].start, ram[stack].size)
      var mapped: UInt64 = 0
      for page in stride(from: start, to: start &+ size, by: 4096) {
        if case .leaf = tables.look(up: page) { mapped += 1 }
      }
      body(
        StackSummary(
          start: start, end: start &+ size,
          policy: StackPolicy(rawValue: ram[stack].policy) ?? .static,
          pages: UInt64(ram[area].pageCount), mappedPages: mapped, name: ram[area].name))
    }
  }

  /// What `/proc/vmstat` says of stacks, in kB: `nr_kernel_stack` and `nr_dynamic_stacks_faults`.
  package var stackStatistics: (kernel: UInt64, faults: UInt64) {
    guard !stackState.isNone else { return (0, 0) }
    let state = ram[stackState]
    return (UInt64(max(0, state.kernelPages)) &* 4, UInt64(max(0, state.faultPages)) &* 4)
  }

  /// Whether CPUs have stashes: a machine without dynamic stacks has none.
  package var hasStackStashes: Bool {
    !stackState.isNone && ram[stackState].hasStashes != 0
  }

  /// A CPU's stash.
  package func stackStash(ofCPU cpu: Int) -> [StashSlot] {
    guard hasStackStashes else { return [] }
    return stash(cpu).map { slot in
      let word = ram[stackState].stashes[slot]
      return StashSlot(pfn: word == 0 ? nil : UInt64(word >> 1), isTaken: word & 1 != 0)
    }
  }
}
