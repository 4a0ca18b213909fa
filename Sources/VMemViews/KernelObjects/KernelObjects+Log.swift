internal import VMem

/// The kernel's log in its ring of records (`printk_ringbuffer`).
extension KernelObjects {
  mutating func addLog(_ machine: borrowing Machine) {
    var records: [(record: LogRecord, text: [UInt8])] = []
    Views.forEachRecord(machine) { record, _, lines in
      for line in lines { records.append((record, Array(line.utf8))) }
    }
    var bits: UInt64 = 4
    while 1 << bits < records.count + 1 { bits += 1 }
    // A block is the number of its record and its text; one must not wrap.
    let bytes = records.reduce(0) { $0 + 8 + ($1.text.count + 7) / 8 * 8 }
    var sizeBits: UInt64 = 10
    while 1 << sizeBits < bytes + 8 { sizeBits += 1 }
    let descriptors = memory.allocate("struct prb_desc", count: 1 << bits)
    let infos = memory.allocate("struct printk_info", count: 1 << bits)
    let data = memory.allocate(bytes: 1 << sizeBits, alignment: 64)
    // Numbers of records and places of text begin where the first round of the ring would.
    let first = 0 &- UInt64(1) << bits &+ 1
    var place: UInt64 = 0
    for (index, entry) in records.enumerated() {
      let number = (first &+ UInt64(index)) & Self.numberMask
      let slot = number & (1 << bits - 1)
      let length = 8 + UInt64(entry.text.count + 7) / 8 * 8
      memory.store(number, at: data + place)
      memory.store(entry.text, at: data + place + 8)
      let descriptor = descriptors + slot * UInt64(table.size("struct prb_desc"))
      // Finalized.
      store(descriptor, "struct prb_desc", "state_var", number | 2 << 62)
      store(descriptor, "struct prb_desc", "text_blk_lpos.begin", place)
      store(descriptor, "struct prb_desc", "text_blk_lpos.next", place + length)
      let info = infos + slot * UInt64(table.size("struct printk_info"))
      store(info, "struct printk_info", "seq", UInt64(index))
      store(info, "struct printk_info", "ts_nsec", entry.record.time * 1000)
      store(info, "struct printk_info", "text_len", UInt64(entry.text.count))
      // Level in the upper three bits; the flag of a line that ends.
      store(info, "struct printk_info", "flags", UInt64(entry.record.level) << 5 | 2)
      store(info, "struct printk_info", "caller_id", UInt64(entry.record.task) + 1)
      place += length
    }
    let last = (first &+ UInt64(max(records.count, 1)) &- 1) & Self.numberMask
    let ring = "printk_rb_static.desc_ring"
    memory.set("prb", image["printk_rb_static"])
    memory.set("\(ring).count_bits", bits)
    memory.set("\(ring).descs", descriptors)
    memory.set("\(ring).infos", infos)
    memory.set("\(ring).head_id", last)
    memory.set("\(ring).tail_id", first & Self.numberMask)
    memory.set("printk_rb_static.text_data_ring.size_bits", sizeBits)
    memory.set("printk_rb_static.text_data_ring.data", data)
    memory.set("printk_rb_static.text_data_ring.head_lpos", place)
    memory.set("printk_rb_static.text_data_ring.tail_lpos", 0)
    memory.set("log_buf", data)
    memory.set("log_buf_len", 1 << sizeBits)
  }

  /// Two bits of a descriptor's word are its state.
  private static let numberMask: UInt64 = 1 << 62 - 1
}
