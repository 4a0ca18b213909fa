internal import VMem

/// The contents of a core's PT_NOTE.
struct CoreNotes {
  /// Bytes of x86-64's `elf_prstatus`, `elf_prpsinfo`, and of a `task_struct` of Linux 6.1.
  private static let prstatusSize = 336
  private static let prpsinfoSize = 136
  private static let taskSize = 5064

  private(set) var bytes: [UInt8] = []

  /// As in /proc/kcore: a status, the boot command line, a task, and VMCOREINFO. The
  /// corresponding kernel function is `read_kcore_iter`.
  static func kcore(
    _ machine: borrowing Machine, _ objects: borrowing KernelObjects
  ) -> CoreNotes {
    var notes = CoreNotes()
    notes.append("CORE", type: 1, status(machine, cpu: 0, objects))
    var program = zeroes(prpsinfoSize)
    program[1] = UInt8(ascii: "R")
    put("vmlinux", into: &program, at: 40, room: 16)
    put(commandLine(machine), into: &program, at: 56, room: 80)
    notes.append("CORE", type: 3, program)
    // The machine keeps no task_struct; readers look at the size only.
    notes.append("CORE", type: 4, zeroes(taskSize))
    notes.append("VMCOREINFO", type: 0, Array(Vmcoreinfo(objects, machine).text.utf8))
    return notes
  }

  /// As in a crash dump: a status for each CPU, and VMCOREINFO, which may be damaged.
  static func vmcore(
    _ machine: borrowing Machine, _ objects: borrowing KernelObjects, _ damage: VmcoreinfoDamage?
  ) -> CoreNotes {
    var notes = CoreNotes()
    for cpu in 0..<machine.cpuCount {
      notes.append("CORE", type: 1, status(machine, cpu: cpu, objects))
    }
    let text = Vmcoreinfo(objects, machine).text
    notes.append("VMCOREINFO", type: 0, damage?.applied(to: text) ?? Array(text.utf8))
    return notes
  }

  /// `elf_prstatus` of what a CPU runs: the number of its task, and registers as they are in the
  /// middle of `schedule`.
  private static func status(
    _ machine: borrowing Machine, cpu: Int, _ objects: borrowing KernelObjects
  ) -> [UInt8] {
    var bytes = zeroes(prstatusSize)
    let task = machine.tasks.task(ofCPU: cpu)
    let place = objects.tasks[task]
    bytes.store(little: UInt32(task + 1), at: 32)
    // In the order of `user_regs_struct`, which begins at 112: rip, cs, eflags, rsp and ss.
    let stack = objects.stackPointer(of: place)
    let registers: [(Int, UInt64)] = [
      (16, objects.image["schedule"] + 1), (17, 0x10), (18, 0x246), (19, stack), (20, 0x18),
    ]
    for (number, value) in registers { bytes.store(little: value, at: 112 + number * 8) }
    return bytes
  }

  private mutating func append(_ name: String, type: UInt32, _ description: [UInt8]) {
    bytes.append(little: UInt32(name.utf8.count + 1))
    bytes.append(little: UInt32(description.count))
    bytes.append(little: type)
    bytes += Array(name.utf8) + [0]
    bytes.pad(to: 4)
    bytes += description
    bytes.pad(to: 4)
  }

  private static func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  /// A text of at most `room - 1` bytes and a NUL.
  private static func put(_ text: String, into bytes: inout [UInt8], at: Int, room: Int) {
    for (index, byte) in text.utf8.prefix(room - 1).enumerated() { bytes[at + index] = byte }
  }

  private static func commandLine(_ machine: borrowing Machine) -> String {
    let c = machine.configuration
    let boot = "boot --memory \(c.memory) --cpus \(c.cpus) --nodes \(c.nodes)"
    return boot + " --levels \(c.levels) --kernel \(c.kernel.text)"
  }
}

extension [UInt8] {
  mutating func append<T: FixedWidthInteger>(little value: T) {
    for shift in 0..<T.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: value >> T(8 * shift)))
    }
  }

  /// Appends zeroes up to the next multiple of `alignment`.
  mutating func pad(to alignment: Int) {
    let count = (alignment - count % alignment) % alignment
    append(contentsOf: repeatElement(0, count: count))
  }
}
