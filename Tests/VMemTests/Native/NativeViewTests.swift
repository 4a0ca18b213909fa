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
    #expect(view.pages(at: machine.map.vmemmap + pfn << 6, error: NativeView.writes) == nil)
    #expect(view.pages(at: machine.map.vmemmap + pfn << 6, error: 0)?.count == 1)
  }

  /// Entries are set in page tables, and nowhere else.
  @Test func entries() throws {
    let machine = try machine()
    let view = NativeView(machine)
    let area = try machine.mappings.vmalloc(VmallocRequest(size: 4096)) as UInt64
    let (entry, depth) = try #require(view.entryAddress(area))
    #expect(depth == 1 && view.setEntry(at: entry, 0))
    #expect(machine.mappings.vmallocToPFN(area) as UInt64? == nil)
    #expect(!view.setEntry(at: area, 0) && !view.setEntry(at: entry + 1, 0))
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
