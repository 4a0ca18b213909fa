import Testing
import VMem

/// Calls as a client of the library makes them: with addresses and frames that are types of their own.
struct TypedCallsTests: ~Copyable {
  private let machine: Machine

  init() throws {
    var configuration = Configuration()
    configuration.memory = 64 << 20
    machine = try Machine(configuration)
  }

  private func frames(_ count: UInt64) throws -> [FrameNumber] {
    let set = try machine.allocatePages(count: count)
    var frames: [FrameNumber] = []
    for index in 0..<count {
      let frame: FrameNumber? = machine.page(index, of: set)
      frames.append(try #require(frame))
    }
    return frames
  }

  @Test func pagesOfASparseAreaAreWhereTheyWereMapped() throws {
    let area: VirtualAddress = try machine.getVMArea(size: 64 << 10, flags: .sparse)
    let frames = try frames(2)
    try machine.vmAreaMapPages(area: area, start: area + 8192, end: area + 16384, pages: frames)
    #expect(machine.vmallocToPFN(area + 8192) == frames[0])
    #expect(machine.vmallocToPFN(area + 12288) == frames[1])
    #expect(machine.vmallocToPFN(area + 16384) == nil)
    #expect(machine.findVMArea(area)?.addresses == area..<area + 0x11000)
    #expect(machine.map.vmalloc.contains(area))
    #expect(machine.map.isVmallocAddress(area) && machine.map.isCanonical(area))
  }

  @Test func aNullPageIsRefused() throws {
    let area: VirtualAddress = try machine.getVMArea(size: 64 << 10, flags: .sparse)
    let error = #expect(throws: Refusal.self) {
      try machine.vmAreaMapPages(area: area, start: area, end: area + 4096, pages: [.null])
    }
    #expect(error?.outcome == .errno(.ENOMEM))
  }

  @Test func stepsOfAWalkSayWhereTheirEntriesAre() throws {
    let address: VirtualAddress = try machine.vmalloc(VmallocRequest(size: 4096))
    let steps = machine.walk(address)
    let last = try #require(steps.last)
    #expect(steps.count == 4)
    #expect(last.entryAddress.frame == last.tableFrame)
    #expect(
      last.entryAddress == PhysicalAddress(last.tableFrame.address.bits + UInt64(last.index) * 8))
  }

  @Test func aWindowBoundsVmalloc() throws {
    let start = machine.map.vmalloc.lowerBound + 1 << 30
    let address: VirtualAddress = try machine.vmalloc(
      VmallocRequest(size: 4096, in: start..<start + 8192))
    #expect(address == start)
    let error = #expect(throws: Refusal.self) {
      let _: VirtualAddress = try machine.vmalloc(
        VmallocRequest(size: 4096, in: start..<start + 8192))
    }
    #expect(error?.outcome == .null)
  }

  @Test func aDeviceIsMappedAtItsPhysicalAddress() throws {
    let device = PhysicalAddress(0xfed0_0000)
    let address: VirtualAddress = try machine.ioremap(device, size: 4096, mode: .uncachedMinus)
    #expect(machine.findVMArea(address)?.device == device)
    #expect(machine.vmallocToPFN(address) == device.frame)
    #expect(try machine.load(address) == 0x0098_9680_8086_a201)
  }

  @Test func usersHaveAddressesOfTheirOwn() throws {
    let mm: VirtualAddress = try machine.allocateMM()
    try machine.switchMM(mm)
    #expect(machine.activeMM == mm)
    var request = MmapRequest(.anonymous, length: 8192)
    request.place = VirtualAddress(0x7000_0000_0000)
    let address = try machine.mmap(mm, request)
    #expect(address == request.place && address < machine.map.usersEnd)
    try machine.store(address, 17)
    #expect(try machine.load(address) == 17)
    try machine.munmap(mm, at: address, length: 8192)
    #expect(throws: Refusal.self) { try machine.load(address) }
  }

  @Test func eachSaysWhatItIs() {
    #expect("\(VirtualAddress(0xffff_c900_0000_0000))" == "0xffffc90000000000")
    #expect("\(PhysicalAddress(0x82000)) \(FrameNumber(0x82))" == "0x82000 0x82")
    #expect(VirtualAddress(8192) - VirtualAddress(4096) == 4096)
    #expect(VirtualAddress(8192) - 4096 == VirtualAddress(4096))
    #expect(FrameNumber(2).address == PhysicalAddress(8192))
    #expect(VirtualAddress.null < VirtualAddress(1))
  }
}
