/// The table that a trap's handler is found by.
extension KernelObjects {
  mutating func addTraps() {
    let table = image["idt_table"]
    for (number, handler) in Declarations.traps.enumerated() {
      let address = image[handler]
      // An interrupt gate of ring 0, in the kernel's code segment.
      let low = address & 0xffff | 0x10 << 16 | 0x8e00 << 32 | (address >> 16 & 0xffff) << 48
      memory.store(low, at: table + UInt64(number) * 16)
      memory.store(address >> 32, at: table + UInt64(number) * 16 + 8)
    }
  }
}
