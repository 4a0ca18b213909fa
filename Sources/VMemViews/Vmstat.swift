public import VMem

extension Views {
  /// `/proc/vmstat`: the lines whose values the machine keeps, in the kernel's order. Values are
  /// pages, those of stacks kB.
  ///
  /// The corresponding kernel function is `vmstat_show`.
  public static func vmstat(_ machine: borrowing Machine, to output: inout ViewOutput) {
    let counters = machine.counters
    func line(_ name: StaticString, _ value: UInt64) {
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
    line("nr_free_pages", machine.pageSets.zoneSummaries.reduce(0) { $0 + $1.freeFrames })
    line("nr_slab_reclaimable", 0)
    line("nr_slab_unreclaimable", counters.slabFrames)
    // Without it one counter outside of the statistics, which only meminfo shows.
    if machine.configuration.switches.contains(.vmallocStatistic) {
      line("nr_vmalloc", machine.mappings.vmallocPages)
    }
    let stacks = machine.stacks.stackStatistics
    line("nr_kernel_stack", stacks.kernel)
    // Only patched kernels have it.
    if machine.stacks.hasStackStashes { line("nr_dynamic_stacks_faults", stacks.faults) }
    line("nr_page_table_pages", counters.accountedTables)
    line("pgfault", machine.faults)
  }
}
