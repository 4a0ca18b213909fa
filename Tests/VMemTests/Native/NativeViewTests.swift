import Glibc
import Testing

@testable import VMem

/// RAM that native code shares, and what it may see of it.
struct NativeViewTests {
  private func machine() throws -> Machine { try Machine(Configuration(memory: 16 << 20)) }

  /// What is written while RAM is shared stays when it is private again, and the other way round.
  @Test func sharing() throws {
    let machine = try machine()
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192)) as UInt64
    try machine.mmu.write(area, InlineArray<1, UInt8>(repeating: 7).span)
    let pfn = try #require(machine.mappings.vmallocToPFN(area) as UInt64?)
    let sum = machine.hash()
    let shared = machine.shareMemory()
    let file = try #require(shared)
    let sumOfShared = machine.hash()
    #expect(sumOfShared == sum)
    var byte: UInt8 = 0
    #expect(pread(file, &byte, 1, Int(pfn) << 12) == 1 && byte == 7)
    byte = 9
    #expect(pwrite(file, &byte, 1, Int(pfn) << 12) == 1)
    #expect(machine.ram.byte(Ref<UInt8>(granule: UInt32(pfn << 8)), at: 0) == 9)
    machine.unshareMemory(file)
    #expect(machine.ram.byte(Ref<UInt8>(granule: UInt32(pfn << 8)), at: 0) == 9)
    let sumAfter = machine.hash()
    #expect(sumAfter != sum)
  }

  @Test func vmallocWindow() throws {
    let machine = try machine()
    let view = NativeView(machine)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 8192)) as UInt64
    let pages = try #require(view.pages(at: area + 5, error: NativeView.writes))
    #expect(pages.start == area && (1...2).contains(pages.count))
    #expect(pages.isWritable && !pages.isExecutable)
    #expect(view.pages(at: area, error: NativeView.fetches) == nil)
    // The guard page, and what is freed.
    #expect(view.pages(at: area + 8192, error: 0) == nil)
    try machine.mappings.setMemoryRO(area, count: 1)
    #expect(view.pages(at: area, error: NativeView.writes) == nil)
    #expect(view.pages(at: area, error: 0)?.count == 1)
    try machine.mappings.setMemoryRW(area, count: 1)
    try machine.mappings.vfree(area)
    #expect(view.pages(at: area, error: 0) == nil)
  }

  /// Pages that somebody has can be written, the kernel's own read, and free ones nothing.
  @Test func directMap() throws {
    let machine = try machine()
    let view = NativeView(machine)
    let set = try machine.allocatePages(count: 1)
    let pfn = UInt64(try #require(machine.pageSets.page(0, of: set) as UInt32?))
    let address = machine.map.pageOffset + pfn << 12
    #expect(view.pages(at: address, error: NativeView.writes)?.physical == pfn << 12)
    try machine.pageSets.freePages([pfn] as [UInt64])
    #expect(view.pages(at: address, error: 0) == nil)
    let table = machine.map.pageOffset + machine.mmu.topTable << 12
    #expect(view.pages(at: table, error: 0)?.isWritable == false)
    #expect(view.pages(at: table, error: NativeView.writes) == nil)
    #expect(view.pages(at: machine.map.pageOffset + 16 << 20, error: 0) == nil)
    // Struct pages are records that whoever asks has of its own.
    let record = view.pages(at: machine.map.vmemmap + pfn << 6, error: NativeView.writes)
    #expect(record?.physical == pfn << 6 & ~4095 && record?.count == 1)
    let frames = UInt64(machine.configuration.memory) >> 12
    #expect(view.pages(at: machine.map.vmemmap + frames << 6, error: 0) == nil)
  }

  /// Entries are set in page tables, and nowhere else.
  @Test func entries() throws {
    let machine = try machine()
    let view = NativeView(machine)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 4096)) as UInt64
    let (entry, depth) = try #require(view.entryAddress(area))
    #expect(depth == 1 && view.setEntry(at: entry, 0) == nil)
    #expect(machine.mappings.vmallocToPFN(area) as UInt64? == nil)
    #expect(view.setEntry(at: area, 0) == .noTable)
    #expect(view.setEntry(at: entry + 1, 0) == .noTable)
  }

  /// A page is a table from the entry on that leads to it, to the entry that does not any more.
  @Test func pagesBecomeTables() throws {
    let machine = try machine()
    let view = NativeView(machine)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 4096)) as UInt64
    let set = try machine.allocatePages(count: 3)
    let frames = (0..<3).compactMap { machine.pageSets.page($0, of: set).map(UInt64.init) }
    // The entry of the lowest but one table, behind the area's own.
    let step = view.tables.entryPlace(area, depth: 2)
    let place = machine.map.pageOffset + step.table << 12
    let free = place + UInt64(Level.index(of: area, depth: 2) + 1) * 8
    let page = machine.map.pageOffset + frames[0] << 12
    let leaf = frames[1] << 12 | Protection.kernel.bits
    // A page like any other, until it is linked.
    #expect(view.setEntry(at: page + 8, leaf) == nil)
    #expect(machine.pageSets.use(ofFrame: frames[0]) == .allocated)
    #expect(view.setEntry(at: free, frames[0] << 12 | 0x67) == nil)
    #expect(machine.pageSets.use(ofFrame: frames[0]) == .table)
    #expect(machine.check().isEmpty)
    let mapped = (area & ~(Level.size(depth: 2) - 1)) + Level.size(depth: 2) + 4096
    #expect(machine.mappings.vmallocToPFN(mapped) as UInt64? == frames[1])
    // Twice a table, the frame of a text, large leaves where there are none or not aligned.
    #expect(view.setEntry(at: free + 8, frames[0] << 12 | 0x67) == .noTableBelow(pfn: frames[0]))
    machine.ram[table: frames[2], 3].bits = 0x7478_6574_0000
    #expect(view.setEntry(at: free + 8, frames[2] << 12 | 0x67) == .noTableBelow(pfn: frames[2]))
    let top = machine.map.pageOffset + machine.mmu.topTable << 12 + 300 * 8
    #expect(view.setEntry(at: top, 0x1e3) == .reservedBits(depth: 4))
    #expect(view.setEntry(at: free + 8, 0x1000 | 0x1e3 | 0x2000) == .reservedBits(depth: 2))
    #expect(machine.check().isEmpty)
    // Unlinked, it is a page again, and can be freed.
    #expect(view.setEntry(at: free, 0) == nil)
    #expect(machine.pageSets.use(ofFrame: frames[0]) == .allocated)
    #expect(machine.check().isEmpty)
    try machine.pageSets.freePages([frames[0]] as [UInt64])
    #expect(machine.pageSets.use(ofFrame: frames[0]) == .perCPU)
    #expect(machine.check().isEmpty)
  }

  @Test(arguments: [0, 1, 31, 32, 33, 200]) func textOfTheLog(_ count: Int) throws {
    let machine = try machine()
    let text = String(repeating: "abcdefg", count: 40).prefix(count)
    let first = machine.log.end
    machine.log.write(Array(text.utf8), level: 6)
    machine.log.write(Array("next".utf8), level: 6)
    #expect(machine.log.text(first) == text)
    #expect(machine.log.end == first + UInt64(max(1, (count + 31) / 32)) + 1)
  }
}
