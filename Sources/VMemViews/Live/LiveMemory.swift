package import VMem

/// A machine as a debugger sees it that is attached to it: RAM, behind it the kernel's own memory that
/// its dumps have as well, and page tables that lead to both.
///
/// It is what the machine was when this was made: made again after each step.
package struct LiveMemory {
  /// A CPU's top table and its task's stack, as its registers have them.
  struct Processor {
    /// Physical address of the top table (CR3).
    var top: UInt64
    var stack: UInt64
    /// Number of the task it runs, as the kernel counts.
    var task: Int
  }

  private(set) var objects: KernelObjects
  private(set) var processors: [Processor] = []
  let map: AddressMap
  let cr4: UInt64
  let frameCount: UInt64
  /// Physical addresses of RAM.
  package let ramRanges: [Range<UInt64>]

  package init(_ machine: borrowing Machine) {
    objects = KernelObjects(machine)
    map = machine.map
    cr4 = ControlRegisters(machine.configuration).cr4
    frameCount = UInt64(machine.ram.frameCount)
    ramRanges = machine.ramRanges
    for cpu in 0..<machine.cpuCount {
      let task = machine.tasks.task(ofCPU: cpu)
      let stack = objects.stackPointer(of: objects.tasks[task])
      // Whatever a task is in, it was called by somebody.
      objects.memory.store(returnAddress, at: stack)
      processors.append(Processor(top: topTable(cpu, machine), stack: stack, task: task + 1))
    }
  }

  /// Physical addresses of the kernel's own memory.
  package var kernelRange: Range<UInt64> {
    objects.memory.base..<objects.pagesAt + objects.pagesSize
  }

  /// Where whoever called a function goes on.
  private var returnAddress: UInt64 { KernelFunctions(objects.image).returnAddress }

  /// The top table of a CPU: that of the dump, and for a program's task one that has the program's half
  /// as well, as the kernel's tables of a process have both.
  private mutating func topTable(_ cpu: Int, _ machine: borrowing Machine) -> UInt64 {
    let kernel = objects.memory.physical(objects.image["init_top_pgt"])
    let top = machine.mmu.table(ofCPU: cpu)
    let room = objects.pagesAt - objects.memory.base
    guard top != machine.mmu.topTable, UInt64(objects.memory.size) + 8192 <= room else {
      return kernel
    }
    let table = objects.memory.allocate(bytes: 4096, alignment: 4096)
    for index in 0..<UInt64(Level.entries) {
      let entry =
        index < Level.userEntries
        ? machine.ram[table: top, Int(index)].withoutNote.bits
        : objects.memory.load(at: objects.image["init_top_pgt"] + index * 8)
      objects.memory.store(entry, at: table + index * 8)
    }
    return objects.memory.physical(table)
  }

  // MARK: Physical memory

  /// Whether a page of physical memory is the machine's or the kernel's own.
  package func hasMemory(at physical: UInt64) -> Bool {
    kernelRange.contains(physical) || ramRanges.contains { $0.contains(physical) }
  }

  /// Whether all of it is, without a hole.
  package func hasMemory(in range: Range<UInt64>) -> Bool {
    var next = range.lowerBound
    for part in ramRanges + [kernelRange] where part.contains(next) { next = part.upperBound }
    return next >= range.upperBound
  }

  /// Calls `body` with the parts of [physical, physical + count) up to the first byte that is no memory.
  ///
  /// - Returns: bytes that were there.
  private func forEachPage(
    _ physical: UInt64, _ count: Int, _ machine: borrowing Machine,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) -> Int {
    machine.ram.settleFreedArea()
    var done = 0
    var words: [UInt64] = []
    while done < count {
      let at = physical &+ UInt64(done)
      let offset = Int(at & 4095)
      let part = offset..<offset + min(4096 - offset, count - done)
      if kernelRange.contains(at) {
        objects.read(page: at & ~4095, machine, into: &words)
        // Safe: a page has 512 words, which outlive the call.
        unsafe words.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[part])) }
      } else if ramRanges.contains(where: { $0.contains(at) }) {
        unsafe machine.ram.withFrame(UInt32(at >> 12)) {
          unsafe body(UnsafeRawBufferPointer(rebasing: $0[part]))
        }
      } else {
        break
      }
      done += part.count
    }
    return done
  }

  /// Bytes of physical memory, up to the first that is none.
  package func read(
    physical: UInt64, _ count: Int, _ machine: borrowing Machine
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    _ = unsafe forEachPage(physical, count, machine) { unsafe bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes the kernel's own memory into a copy of it for readers of this process's memory; pages that
  /// are the same already are not touched.
  ///
  /// - Parameter copy: room for `kernelRange`, or a part of it from the start.
  package func copyKernel(
    to copy: UnsafeMutableRawBufferPointer, _ machine: borrowing Machine
  ) {
    var at = 0
    let count = min(copy.count, kernelRange.count)
    _ = unsafe forEachPage(kernelRange.lowerBound, count, machine) { bytes in
      // Safe: both have as many bytes.
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: copy[at..<at + bytes.count])
      let isSame = unsafe target.elementsEqual(bytes)
      if !isSame { unsafe target.copyMemory(from: bytes) }
      at += bytes.count
    }
  }

  /// The address in this process of a byte of RAM.
  package static func hostAddress(_ physical: UInt64, _ machine: borrowing Machine) -> UInt {
    machine.ram.settleFreedArea()
    return unsafe machine.ram.withFrame(UInt32(physical >> 12)) {
      UInt(bitPattern: $0.baseAddress) + UInt(physical & 4095)
    }
  }
}
