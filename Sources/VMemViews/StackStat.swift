public import VMem

extension Views {
  /// Every stack, the statistics of all, and each CPU's stash.
  public static func stackStat(_ machine: borrowing Machine, to output: inout ViewOutput) {
    var isDynamic = true
    machine.stacks.forEachStack { stack in
      if stack.policy != .dynamic { isDynamic = false }
      let name = stack.name.isNone ? nil : text(machine.names.name(stack.name))
      row(stack, name, to: &output)
    }
    let (kernel, faults) = machine.stacks.stackStatistics
    line("nr_kernel_stack", kernel, to: &output)
    guard machine.stacks.hasStackStashes else { return }
    line("nr_dynamic_stacks_faults", faults, to: &output)
    // How the patches count tasks, which holds where all stacks are dynamic.
    if isDynamic { line("tasks", (kernel - min(kernel, faults)) / 4, to: &output) }
    for cpu in 0..<machine.cpuCount { stash(machine, cpu, to: &output) }
  }

  private static func row(
    _ stack: Stacks.StackSummary, _ name: String?, to output: inout ViewOutput
  ) {
    let policy = "\(stack.policy)"
    if output.isJSON {
      output.beginObject()
      output.field("start", address: stack.start)
      output.field("end", address: stack.end)
      output.field("policy", text: policy)
      output.field("pages", count: stack.pages)
      output.field("mapped", count: stack.mappedPages)
      if let name { output.field("name", text: name) }
      return output.endObject()
    }
    output.writer.address(stack.start)
    output.writer.write(byte: 0x2d)
    output.writer.address(stack.end)
    output.writer.write(" \(policy) pages=\(stack.pages) mapped=\(stack.mappedPages)")
    if let name { output.writer.write(" \(name)") }
    output.endLine()
  }

  private static func line(_ name: StaticString, _ value: UInt64, to output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      output.field("name", literal: name)
      output.field("value", count: value)
      return output.endObject()
    }
    output.writer.write(name)
    output.writer.write(byte: 0x20)
    output.writer.decimal(value)
    output.endLine()
  }

  /// `ready`, `taken` by a fault, or `NULL`, slot by slot.
  private static func stash(_ machine: borrowing Machine, _ cpu: Int, to output: inout ViewOutput) {
    let slots = machine.stacks.stackStash(ofCPU: cpu)
    let words: [StaticString] = slots.map {
      $0.pfn == nil ? "NULL" : $0.isTaken ? "taken" : "ready"
    }
    if output.isJSON {
      output.beginObject()
      output.field("cpu", count: UInt64(cpu))
      output.beginArray("stash")
      for word in words { output.element(word) }
      output.endArray()
      return output.endObject()
    }
    output.writer.write("cpu ")
    output.writer.decimal(cpu)
    output.writer.write(" stash")
    for (slot, word) in zip(slots, words) {
      output.writer.write(byte: 0x20)
      output.writer.write(word)
      guard let pfn = slot.pfn else { continue }
      output.writer.write(byte: 0x3a)
      output.writer.decimal(pfn)
    }
    output.endLine()
  }
}
