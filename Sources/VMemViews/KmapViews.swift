public import VMem

/// Temporary mappings: who has them, and who should not.
extension Views {
  /// PKMAP with its cursor, slots that are not free, and what each task has of temporary mappings.
  public static func kmapState(_ machine: borrowing Machine, to output: inout ViewOutput) {
    if let window = machine.highmem.kmapWindow, let (last, waiting) = machine.highmem.pkmapCursor {
      if output.isJSON {
        output.beginObject()
        output.field("kind", literal: "pkmap")
        output.field("start", address: window.base)
        output.field("end", address: window.end)
        output.field("slots", count: UInt64(window.slots))
        output.field("last", count: UInt64(last))
        output.field("asleep", count: UInt64(waiting))
        output.endObject()
      } else {
        output.writer.write("pkmap \(address(window.base))..\(address(window.end)): ")
        output.writer.write("\(window.slots) slots, last \(last), \(waiting) asleep")
        output.endLine()
      }
    }
    machine.highmem.forEachKmapMapping(ended: false) { state($0, machine, &output) }
    machine.highmem.forEachKmapTask { task($0, machine, &output) }
  }

  private static func state(
    _ mapping: KmapMapping, _ machine: borrowing Machine, _ output: inout ViewOutput
  ) {
    let page = pageText(machine, mapping.page)
    let makers = names(machine, mapping.makers)
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: mapping.isLocal ? "kmap_local" : "kmap")
      output.field("address", address: mapping.address)
      output.field("page", text: page)
      output.field("count", count: mapping.isLocal ? 1 : mapping.users + 1)
      output.field("by", text: makers)
      output.field("slot", flag: mapping.hasSlot)
      return output.endObject()
    }
    output.writer.write("\(address(mapping.address)) \(page) ")
    if mapping.isLocal {
      output.writer.write("kmap_local of \(makers)\(mapping.hasSlot ? "" : ", no slot")")
    } else {
      output.writer.write("kmap count \(mapping.users + 1)")
      output.writer.write(mapping.users == 0 ? ", waits for a flush" : ", by \(makers)")
    }
    output.endLine()
  }

  private static func task(
    _ task: KmapTask, _ machine: borrowing Machine, _ output: inout ViewOutput
  ) {
    let name = taskText(machine, task.task)
    let sleep = task.waitsFor.map { pageText(machine, $0) }
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: "task")
      output.field("task", text: name)
      output.field("cpu", count: UInt64(task.cpu))
      output.field("idx", count: UInt64(task.index))
      output.field("migration_disabled", count: UInt64(task.migrationDisabled))
      output.field("pagefault_disabled", count: UInt64(task.pageFaultsDisabled))
      output.field("preempt_count", count: UInt64(task.preemptionDisabled))
      output.field("sleeps_for", text: sleep ?? "")
      output.field("woken", flag: task.isWoken)
      return output.endObject()
    }
    output.writer.write("task \(name): cpu=\(task.cpu) idx=\(task.index)")
    output.writer.write(" migration_disabled=\(task.migrationDisabled)")
    output.writer.write(" pagefault_disabled=\(task.pageFaultsDisabled)")
    output.writer.write(" preempt_count=\(task.preemptionDisabled)")
    if let sleep {
      output.writer.write(task.isWoken ? " woken for \(sleep)" : " asleep for \(sleep)")
    }
    output.endLine()
  }

  /// Every mapping that another task than its maker used or released, that was released out of
  /// order, or that was held while its task did not run: those that live, then those that have
  /// ended; and how many there were of whose users nothing is known.
  public static func kmapAudit(_ machine: borrowing Machine, to output: inout ViewOutput) {
    machine.highmem.forEachKmapMapping(ended: true) { mapping in
      guard mapping.isRemarkable else { return }
      let reasons = reasons(mapping, machine)
      let page = pageText(machine, mapping.page)
      if output.isJSON {
        output.beginObject()
        output.field("kind", literal: mapping.isLocal ? "kmap_local" : "kmap")
        output.field("address", address: mapping.address)
        output.field("page", text: page)
        output.field("by", text: names(machine, mapping.makers))
        output.field("needs_global", flag: mapping.needsGlobal)
        output.field("why", text: reasons)
        output.field("ended", count: mapping.ended ?? 0)
        return output.endObject()
      }
      output.writer.write(mapping.isLocal ? "kmap_local " : "kmap ")
      output.writer.write("\(address(mapping.address)) \(page)")
      output.writer.write(" by \(names(machine, mapping.makers)): \(reasons)")
      if let ended = mapping.ended { output.writer.write(" (ended in call \(ended))") }
      output.endLine()
    }
    unwatched(machine.highmem.unwatchedMappings, &output)
  }

  /// Says what an audit cannot know.
  private static func unwatched(_ count: UInt64, _ output: inout ViewOutput) {
    guard count > 0 else { return }
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: "unwatched")
      output.field("mappings", count: count)
      return output.endObject()
    }
    output.writer.write("users not known: \(count) kmap_local of low memory without a slot")
    output.writer.write(" (boot --highmem SIZE --with kmap_force_map gives one)")
    output.endLine()
  }

  private static func reasons(_ mapping: KmapMapping, _ machine: borrowing Machine) -> String {
    var texts: [String] = []
    if mapping.foreignUsers != 0 {
      texts.append("used by \(names(machine, mapping.foreignUsers))")
    }
    if mapping.marks.contains(.foreignRelease) { texts.append("released by another task") }
    if mapping.needsGlobal { texts.append("needs a global mapping") }
    if mapping.marks.contains(.outOfOrder) { texts.append("released out of order") }
    if mapping.marks.contains(.torn) { texts.append("its entry went with the release of another") }
    if mapping.marks.contains(.scheduled) { texts.append("held across a schedule") }
    return texts.joined(separator: ", ")
  }

  /// What the same copies cost by each way of mapping, a row each.
  package static func kmapComparison(
    _ costs: [KmapCost], pages: UInt64, cpus: UInt64, to output: inout ViewOutput
  ) {
    let units = KmapCost.units
    if !output.isJSON {
      output.writer.write(
        "\(pages) pages copied to others on \(cpus) CPUs, one at a time, by vmap ")
      output.writer.write("all of a CPU at once; ")
      output.writer.write("an entry costs \(units.write), a single flush \(units.single), ")
      output.writer.write("a full flush \(units.full) on each CPU")
      output.endLine()
      output.writer.write(
        "way           mappings     locks   entries    single      full       cost")
      output.endLine()
    }
    for cost in costs {
      if output.isJSON {
        output.beginObject()
        output.field("way", literal: cost.method)
        output.field("mappings", count: cost.mappings)
        output.field("locks", count: cost.locks)
        output.field("entries", count: cost.writes)
        output.field("single_flushes", count: cost.singleFlushes)
        output.field("full_flushes", count: cost.fullFlushes)
        output.field("cost", count: cost.cost(cpus: cpus))
        output.endObject()
        continue
      }
      output.writer.write(cost.method)
      output.writer.spaces(12 - cost.method.utf8CodeUnitCount)
      for value in [cost.mappings, cost.locks, cost.writes, cost.singleFlushes, cost.fullFlushes] {
        output.writer.decimal(value, width: 10)
      }
      output.writer.decimal(cost.cost(cpus: cpus), width: 11)
      output.endLine()
    }
  }

  /// PKRS of each CPU and what each key allows there, then that of each task that has set one.
  public static func protectionKeys(_ machine: borrowing Machine, to output: inout ViewOutput) {
    for cpu in 0..<machine.cpuCount {
      keys("cpu \(cpu)", machine.highmem.pkrs(ofCPU: cpu), &output)
    }
    machine.highmem.forEachKmapTask { task in
      keys("task \(taskText(machine, task.task))", task.pkrs, &output)
    }
  }

  private static func keys(_ who: String, _ register: UInt32, _ output: inout ViewOutput) {
    let open = (0..<UInt64(ProtectionKeys.count)).compactMap { key -> String? in
      let access = ProtectionKeys.access(register, key)
      return access == .none ? nil : "\(key) \(access.name)"
    }
    if output.isJSON {
      output.beginObject()
      output.field("who", text: who)
      output.field("pkrs", address: UInt64(register))
      output.field("keys", text: open.joined(separator: ", "))
      return output.endObject()
    }
    let digits = String(register, radix: 16)
    let zeroes = String(repeating: "0", count: 8 - digits.utf8.count)
    output.writer.write("\(who): PKRS 0x\(zeroes)\(digits), keys \(open.joined(separator: ", "))")
    output.endLine()
  }

  // MARK: Words

  private static func address(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  private static func pageText(_ machine: borrowing Machine, _ pfn: UInt64) -> String {
    pageName(machine, pfn) ?? "pfn:\(pfn)"
  }

  static func taskText(_ machine: borrowing Machine, _ task: Int) -> String {
    machine.taskName(task).map { String(decoding: $0, as: UTF8.self).printable } ?? "vmemctl"
  }

  /// The tasks whose bits are set.
  private static func names(_ machine: borrowing Machine, _ tasks: UInt64) -> String {
    var names: [String] = []
    for task in 0...63 where tasks >> UInt64(task) & 1 != 0 {
      let cpu = task - Tasks.maximumTasks
      names.append(
        cpu <= 0
          ? taskText(machine, task) : "vmemctl on CPU \(cpu)" + (cpu == 31 ? " or above" : ""))
    }
    return names.joined(separator: ", ")
  }
}
