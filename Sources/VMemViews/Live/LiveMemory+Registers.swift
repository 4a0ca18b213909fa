package import VMem

extension LiveMemory {
  /// The registers of a CPU that a machine without a processor can tell of.
  package struct Registers: Equatable {
    package var rip: UInt64
    package var rsp: UInt64
    package var rax: UInt64 = 0
    /// `rdi`, `rsi`, `rdx`, `rcx`, `r8` and `r9`.
    package var arguments: [UInt64] = []
    package var cr3: UInt64
    package var cr4: UInt64
    /// Where the table of traps lies.
    package var idt: UInt64

    package static let eflags: UInt64 = 0x246
    package static let cs: UInt64 = 0x10
    package static let ss: UInt64 = 0x18
  }

  /// The registers of a CPU in the middle of `schedule`, as in the notes of a dump. CR3 is the top table
  /// of the dump, which has the kernel's own memory as well, not the machine's.
  package func registers(ofCPU cpu: Int) -> Registers {
    Registers(
      rip: objects.image["schedule"] + 1, rsp: processors[cpu].stack, cr3: processors[cpu].top,
      cr4: cr4, idt: objects.image["idt_table"])
  }

  package var cpuCount: Int { processors.count }

  /// The number of the task that a CPU runs.
  package func task(ofCPU cpu: Int) -> Int { processors[cpu].task }

  /// Its name.
  package func taskName(ofCPU cpu: Int, _ machine: borrowing Machine) -> String {
    let name = machine.taskName(processors[cpu].task - 1)
    return String(decoding: name ?? Array("vmemctl".utf8), as: UTF8.self)
  }

  /// A crash dump without memory but its first byte, for readers who look for VMCOREINFO.
  ///
  /// - Parameter memory: physical addresses that the dump is to have.
  package func dump(_ memory: Range<UInt64>, _ machine: borrowing Machine) -> [UInt8] {
    let segment = CoreSegment.ram(memory, map, .frames)
    let notes = CoreNotes.vmcore(machine, objects, nil)
    let header = CoreHeader(segments: 1, notesSize: notes.bytes.count)
    let gap = segment.fileOffset(from: header.dataOffset) - header.dataOffset
    return header.bytes([segment], notes, noteAlignment: 4) + [UInt8](repeating: 0, count: Int(gap))
      + read(physical: memory.lowerBound, memory.count, machine)
  }
}
