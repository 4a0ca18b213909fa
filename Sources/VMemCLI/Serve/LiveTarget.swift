internal import CHost
internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// The machine that debuggers look at, between its lines.
@safe
final class LiveTarget {
  /// Where the kernel's own memory can be read in this process, from `kernelRange` on.
  private var copy: UnsafeMutableRawBufferPointer?
  private var made: LiveMemory?
  /// The call in front of which the machine stands; nil in an image.
  private(set) var front: CallInFront?
  /// Whether the call before has just come back.
  var hasReturned = false
  /// How the run was last stopped.
  var stopSignal: UInt8 = 5
  private var functions: (configuration: Configuration, table: KernelFunctions)?

  /// Room beyond what the kernel's own memory takes now.
  private static let growth = 1 << 30

  deinit {
    // Safe: a mapping of our own.
    if let copy = unsafe copy { unsafe munmap(copy.baseAddress, copy.count) }
  }

  /// What there is to see now.
  func memory(_ machine: borrowing Machine) -> LiveMemory {
    if let made { return made }
    let memory = LiveMemory(machine)
    made = memory
    return memory
  }

  /// The machine is not what it was.
  func change() { made = nil }

  /// The machine stands in front of a call.
  func move(to call: CallInFront?) {
    front = call
    made = nil
  }

  // MARK: Registers

  private func table(_ machine: borrowing Machine) -> KernelFunctions {
    let configuration = machine.configuration
    if let functions, functions.configuration == configuration { return functions.table }
    let table = KernelFunctions(configuration)
    functions = (configuration, table)
    return table
  }

  /// Where a verb's call begins: the kernel's function of that name, else `vmemctl`.
  func entry(_ verb: String, _ machine: borrowing Machine) -> UInt64 {
    let table = table(machine)
    return table.address(verb) ?? table.caller
  }

  /// Where a call comes back to.
  func returnAddress(_ machine: borrowing Machine) -> UInt64 {
    table(machine).returnAddress
  }

  /// Where the machine's current CPU stands.
  func programCounter(_ machine: borrowing Machine) -> UInt64 {
    guard let front else { return memory(machine).registers(ofCPU: machine.cpu).rip }
    return hasReturned ? returnAddress(machine) : entry(front.verb, machine)
  }

  func registers(ofCPU cpu: Int, _ machine: borrowing Machine) -> LiveMemory.Registers {
    let memory = memory(machine)
    var registers = memory.registers(ofCPU: cpu)
    guard cpu == machine.cpu, let front else { return registers }
    registers.rip = programCounter(machine)
    if hasReturned {
      registers.rsp += 8
      registers.rax = front.returned
    } else {
      registers.arguments = front.arguments
    }
    return registers
  }

  // MARK: This process's memory

  /// The address in this process of a byte of physical memory; nil where there is none.
  func hostAddress(_ physical: UInt64, _ machine: borrowing Machine) -> UInt? {
    let memory = memory(machine)
    guard memory.hasMemory(at: physical) else { return nil }
    guard memory.kernelRange.contains(physical) else {
      return LiveMemory.hostAddress(physical, machine)
    }
    if unsafe copy == nil { makeCopy(memory.kernelRange.count + Self.growth) }
    refresh(machine)
    let offset = Int(physical - memory.kernelRange.lowerBound)
    guard let copy = unsafe copy, offset < copy.count else { return nil }
    return UInt(bitPattern: copy.baseAddress) + UInt(offset)
  }

  private func makeCopy(_ size: Int) {
    // Safe: a fresh mapping of our own, whose untouched pages cost nothing.
    let base = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let base = unsafe base, unsafe base != UnsafeMutableRawPointer(bitPattern: -1) else {
      return
    }
    unsafe copy = UnsafeMutableRawBufferPointer(start: base, count: size)
  }

  /// Brings what readers of this process's memory see up to date.
  func refresh(_ machine: borrowing Machine) {
    guard let copy = unsafe copy else { return }
    unsafe memory(machine).copyKernel(to: copy, machine)
  }
}
