/// Calls as the tests make them: each is a tick of the clock, as a verb is, and costs its worker
/// steps of work. Work that a call schedules runs right after it.
///
/// A step is: the call itself, an entry of a page table that is written or cleared, a level of the
/// tree of free addresses on the way to a place. What comes from the pool of a vmap node needs no tree.
extension SelfTest {
  /// Address of the memory, or 0 for NULL.
  func measuredVmalloc(
    _ request: VmallocRequest, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> UInt64 {
    try worker.takeBreath()
    tick()
    let pages = (request.size &+ 4095) >> 12
    let pooled = pooledAreas(ofPages: pages &+ 1)
    let levels = treeLevels
    var address: UInt64 = 0
    do throws(Refusal) {
      address = try mappings.vmalloc(request)
    } catch {
      guard error.outcome == .null else { throw .refused(error) }
    }
    let isPooled = pooledAreas(ofPages: pages &+ 1) < pooled
    worker.cycles += 1 + (isPooled ? 0 : levels) + (address == 0 ? 0 : entries(ofArea: address))
    vmAreas.runScheduledWork()
    return address
  }

  /// Frees with vfree; 0 stands for NULL.
  func measuredVfree(
    _ address: UInt64, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) {
    try worker.takeBreath()
    tick()
    worker.cycles += 1 + (address == 0 ? 0 : entries(ofArea: address))
    do throws(Refusal) { try mappings.vfree(address) } catch { throw .refused(error) }
    vmAreas.runScheduledWork()
  }

  func measuredVrealloc(
    _ address: UInt64, size: UInt64, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> UInt64 {
    try worker.takeBreath()
    tick()
    let before = entries(ofArea: address)
    let levels = treeLevels
    var moved: UInt64 = 0
    do throws(Refusal) {
      moved = try mappings.vrealloc(address, VmallocRequest(size: size))
    } catch {
      guard error.outcome == .null else { throw .refused(error) }
    }
    if moved == address || moved == 0 {
      let after = moved == 0 ? before : entries(ofArea: moved)
      worker.cycles += 1 + before - min(before, after)
    } else {
      worker.cycles += 1 + levels + before + entries(ofArea: moved)
    }
    vmAreas.runScheduledWork()
    return moved
  }

  /// A call that is as long as the pages it works on.
  func measured(
    pages: UInt64, _ worker: inout VmallocTestWorker,
    _ body: () throws(Refusal) -> Void
  ) throws(VmallocTestStop) {
    try worker.takeBreath()
    tick()
    worker.cycles += 1 + pages
    do throws(Refusal) { try body() } catch { throw .refused(error) }
    vmAreas.runScheduledWork()
  }

  /// The CPU's own store of a byte: no call.
  func poke(_ address: UInt64, _ byte: UInt8) throws(VmallocTestStop) {
    let bytes = InlineArray<1, UInt8>(repeating: byte)
    do throws(Refusal) { try mmu.write(address, bytes.span) } catch { throw .refused(error) }
  }

  func peek(_ address: UInt64) throws(VmallocTestStop) -> UInt8 {
    var byte: UInt8 = 0
    do throws(Refusal) {
      try mmu.read(address, count: 1) { byte = $0[0] }
    } catch {
      throw .refused(error)
    }
    return byte
  }

  /// The number of areas that the current CPU's pool has for a size; 0 where there are no pools.
  private func pooledAreas(ofPages pages: UInt64) -> UInt32 {
    guard areas.nodeCount > 1, pages <= UInt64(VmapNode.poolCount) else { return 0 }
    return ram[areas.node(cpu % areas.nodeCount)].pools[Int(pages) - 1].count
  }

  /// Levels of the tree of free addresses.
  private var treeLevels: UInt64 {
    UInt64(32 - ram[Superblock.ref].areas.freeCount.leadingZeroBitCount)
  }

  /// Leaves that map an area of vmalloc.
  private func entries(ofArea address: UInt64) -> UInt64 {
    let area = areas.busyArea(startingAt: address)
    return area.isNone ? 0 : UInt64(ram[area].pageCount) >> UInt64(ram[area].pageOrder)
  }
}
