/// Stacks of threads: getting and giving back.
extension Stacks {
  /// Carries out `Machine.allocateStack`.
  package func allocateStack(
    size: UInt64 = 16384, policy: StackPolicy = .static, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard size.nonzeroBitCount == 1, Stack.sizes.contains(size) else {
      throw Refusal(
        .errno(.EINVAL), .stackSize, size, Stack.sizes.lowerBound, Stack.sizes.upperBound)
    }
    try prepareStacks(policy)
    guard let stack = caches.allocate(Stack.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[stack] = Stack(
      area: .none, policy: policy, order: size.trailingZeroBitCount - 12)
    do throws(Refusal) {
      if policy == .static {
        try fillStatic(stack, caller)
      } else {
        try fillPaged(stack, caller)
      }
    } catch {
      caches.free(stack)
      throw error
    }
    let area = ram[stack].area
    ram[area].stack = stack
    ram[stackState].kernelPages += Int64(ram[area].pageCount)
    return ram[area].start
  }

  private func fillStatic(_ stack: Ref<Stack>, _ caller: Ref<Symbol>) throws(Refusal) {
    var request = VmallocRequest(size: ram[stack].size)
    request.align = request.size
    request.gfp.insert(.zero)
    request.caller = caller
    let start = try mappings.vmalloc(request)
    ram[stack].area = areas.busyArea(startingAt: start)
    // Cannot be refused: the page is mapped.
    try mmu.store(start, Stack.endMagic)
  }

  /// An area and, page by page, what belongs in it.
  private func fillPaged(_ stack: Ref<Stack>, _ caller: Ref<Symbol>) throws(Refusal) {
    let size = ram[stack].size
    let area = try vmAreas.makeArea(size: size, flags: .map, align: size, caller: caller)
    ram[stack].area = area
    do throws(Refusal) {
      guard !ram.fails(.kmalloc) else { throw Refusal(.null, .noDescriptor) }
      let count = ram[stack].isDynamic ? 1 : ram[stack].pages
      for slot in 0..<count {
        guard let pfn = frames.allocatePage() else {
          throw Refusal(.null, .noFrames, UInt64(count))
        }
        hold(pfn, UInt64(stack.granule))
        ram[stack].slots[slot] = pfn
        ram[area].pageCount += 1
      }
      let end = ram[area].start + size
      try mappings.mapPages(
        end - UInt64(count) << 12, end,
        (0..<count).reversed().map { UInt64(ram[stack].slots[$0]) },
        protection: ram[stack].isDynamic ? .kernel : .kernelUntouched)
    } catch {
      vmAreas.removeArea(area)
      dropPages(of: stack)
      throw Refusal(.null, as: error)
    }
  }

  /// Carries out `Machine.freeStack`.
  package func freeStack(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let stack = try stack(at: address)
    let area = ram[stack].area
    let pages = Int64(ram[area].pageCount)
    ram[stackState].kernelPages -= pages
    ram[area].stack = .none
    if ram[stack].policy == StackPolicy.static.rawValue {
      mappings.freeAreaAndPages(area)
    } else {
      if ram[stack].isDynamic { ram[stackState].faultPages -= pages - 1 }
      vmAreas.removeArea(area)
      dropPages(of: stack)
    }
    caches.free(stack)
  }

  /// The stack that starts at an address.
  func stack(at address: UInt64) throws(Refusal) -> Ref<Stack> {
    let area = areas.busyArea(startingAt: address)
    guard !area.isNone, ram[area].kind == .stack else {
      throw Refusal(.errno(.ENOENT), .noStack, address)
    }
    let stack = ram[area].stack
    precondition(ram[stack].area == area, "a stack that is not its area's")
    return stack
  }

  // MARK: Pages

  /// Notes in a frame's record who holds it: a stack, or a CPU's stash.
  func hold(_ pfn: UInt32, _ holder: UInt64) {
    ram[frames.frame(pfn)].index = Frame.orphan
    ram[frames.frame(pfn)].private = holder
  }

  /// Drops the reference that a stack has of a page.
  func drop(_ pfn: UInt32, of stack: Ref<Stack>) {
    let frame = frames.frame(pfn)
    guard ram[frame].isOfStack, ram[frame].private == UInt64(stack.granule) else { return }
    ram[frame].private = 0
    ram[frame].addReferences(-1)
    // With a reference of somebody else the page outlives its stack.
    guard ram[frame].refcount == 0 else { return }
    ram.noteFreeing()
    frames.free(pfn)
  }

  private func dropPages(of stack: Ref<Stack>) {
    for slot in 0..<Stack.maximumPages where ram[stack].slots[slot] != 0 {
      drop(ram[stack].slots[slot], of: stack)
    }
  }
}
