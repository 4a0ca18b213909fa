/// The allocator as a trace drives it: each request is answered as always, and ends where the trace
/// says that the traced machine's ended.
extension AreaAllocator {
  /// Allocates on the current CPU, without a purge where there is no room; none where there is none.
  func allocateTraced(_ record: VMArea, _ request: TracedRequest) -> Ref<VMArea> {
    do throws(Failure) {
      let usesPool = request.isWhole && nodeCount > 1
      return try file(
        usesPool ? placeInPool(request.wanted, false) : placeInTree(request.wanted, false), record)
    } catch {
      return .none
    }
  }

  /// As `allocateTraced`, without a look into the pools.
  func allocateFromTree(_ record: VMArea, _ request: TracedRequest) -> Ref<VMArea> {
    do throws(Failure) {
      return try file(placeInTree(request.wanted, false), record)
    } catch {
      return .none
    }
  }

  /// The head of the pool that a request looks into, or none.
  func pooledHead(_ request: TracedRequest) -> Ref<VMArea> {
    let index = (request.size - 1) >> 12
    guard request.isWhole, nodeCount > 1, index < UInt64(VmapNode.poolCount) else { return .none }
    return ram[node(ram[Superblock.ref].cpu % nodeCount)].pools[Int(index)].head
  }

  /// Takes an allocation back as if it had not been made.
  func takeBack(_ area: Ref<VMArea>, toPool isPooled: Bool) {
    removeBusy(area)
    let (start, size, number) = (ram[area].start, ram[area].reserved, ram[area].areaFlags >> 8)
    guard isPooled, number > 0 else {
      _ = space.release(start, start &+ size, spare: area.cast(to: FreeBlock.self))
      return
    }
    ram[area] = pooled(start, size: size, number: number)
    _ = pool(area, node(Int(number) - 1))
  }

  private func pooled(_ start: UInt64, size: UInt64, number: UInt32) -> VMArea {
    var record = VMArea()
    record.start = start
    record.reserved = size
    record.areaFlags = number << 8
    return record
  }

  /// Takes the area [start, start + size) out of whichever pool it is in.
  func takePooled(at start: UInt64, size: UInt64) -> (area: Ref<VMArea>, node: Int, place: Int)? {
    let index = Int(clamping: (size - 1) >> 12)
    guard nodeCount > 1, index < VmapNode.poolCount else { return nil }
    for number in 0..<nodeCount {
      let node = node(number)
      let count = ram[node].pools[index].count
      caches.expect(count, VMArea.self)
      var (before, area) = (Ref<VMArea>.none, ram[node].pools[index].head)
      for place in 0..<Int(count) where !area.isNone {
        let next = ram[area].next
        if ram[area].start == start {
          if before.isNone { ram[node].pools[index].head = next } else { ram[before].next = next }
          if next.isNone { ram[node].pools[index].tail = before }
          ram[node].pools[index].count -= 1
          ram[area].next = .none
          return (area, number, place)
        }
        (before, area) = (area, next)
      }
    }
    return nil
  }

  /// Whether any pool has something.
  var hasPooledAreas: Bool {
    guard nodeCount > 1 else { return false }
    for number in 0..<nodeCount {
      for index in 0..<VmapNode.poolCount where ram[node(number)].pools[index].count > 0 {
        return true
      }
    }
    return false
  }

  /// The lowest busy area that lies in [start, end), or none.
  func busyArea(in start: UInt64, _ end: UInt64) -> Ref<VMArea> {
    let below = busyArea(containing: start)
    if !below.isNone { return below }
    let above = busyAreaStarting(above: start)
    return !above.isNone && ram[above].start < end ? above : .none
  }

  /// Areas that wait for a purge.
  var lazyCount: Int {
    ram.settleFreedArea()
    var count = 0
    for number in 0..<nodeCount { count += Int(ram[node(number)].lazy.count) }
    return count
  }

  /// Takes the waiting area that starts at `start` off its list, or returns none.
  func takeLazy(at start: UInt64) -> Ref<VMArea> {
    ram.settleFreedArea()
    for number in 0..<nodeCount {
      let node = node(number)
      caches.expect(ram[node].lazy.count, VMArea.self)
      var limit = StepLimit(UInt64(ram[node].lazy.count))
      var (before, area) = (Ref<VMArea>.none, ram[node].lazy.head)
      while !area.isNone {
        limit.step()
        let next = ram[area].next
        guard ram[area].start == start else {
          (before, area) = (area, next)
          continue
        }
        if before.isNone { ram[node].lazy.head = next } else { ram[before].next = next }
        ram[node].lazy.count -= 1
        ram[state].lazyPages -= ram[area].reserved >> 12
        ram[area].next = .none
        return area
      }
    }
    return .none
  }
}
