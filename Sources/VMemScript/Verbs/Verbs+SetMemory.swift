internal import VMem

extension Subsystem {
  static let setMemory = Subsystem(
    """
    set_memory_ro set_memory_rw set_memory_x set_memory_nx set_vm_flush_reset_perms
    """,
    verbs: Verb.setMemory)
}

/// What addresses allow.
extension Verb {
  static let setMemory: [Verb] = [
    change(
      "set_memory_ro", "make pages read-only, in the direct map too, and flush the TLBs",
      "v = vmalloc 16K\nset_memory_ro v 4\nexpect fault write v 00"
    ) { machine, at, count throws(Refusal) in
      try machine.mappings.setMemoryRO(at, count: count)
    },
    change(
      "set_memory_rw", "make pages writable, in the direct map too, and flush the TLBs",
      "v = vmalloc 16K\nset_memory_ro v 4\nset_memory_rw v 4"
    ) { machine, at, count throws(Refusal) in
      try machine.mappings.setMemoryRW(at, count: count)
    },
    change(
      "set_memory_x", "make pages executable; the direct map never is",
      "v = vmalloc 16K\nset_memory_ro v 4\nset_memory_x v 4"
    ) { machine, at, count throws(Refusal) in
      try machine.mappings.setMemoryX(at, count: count)
    },
    change(
      "set_memory_nx", "make pages not executable", "v = vmalloc 16K\nset_memory_nx v 4"
    ) { machine, at, count throws(Refusal) in
      try machine.mappings.setMemoryNX(at, count: count)
    },
    Verb(
      "set_vm_flush_reset_perms", .mapping, .nothing, .writer, [.address],
      summary: "have vfree put right what the pages of an area allow in the direct map",
      kernel: "set_vm_flush_reset_perms", returns: "0, also where there is no area",
      example: "v = vmalloc 16K\nset_vm_flush_reset_perms v\nset_memory_ro v 4\nvfree v",
      answers: [[.errno(.ENOENT, .noAreaAtAddress), .note(.noAreaAtAddress)]],
      .call(setFlushResetPerms)),
  ]

  private static func change(
    _ name: StaticString, _ summary: StaticString, _ example: StaticString,
    _ change: @escaping @Sendable (borrowing Machine, UInt64, UInt64) throws(Refusal) -> Void
  ) -> Verb {
    Verb(
      name, .mapping, .nothing, .writer, [.address, .pageCount], summary: summary, kernel: name,
      returns: "0, -EFAULT where nothing is mapped, or -ENOMEM; BUG in a hard interrupt",
      example: example,
      answers: [
        [
          .errno(.EFAULT, .notMapped), .errno(.ENOMEM, .noTableMemory),
          .bug(.inInterrupt, .neverEnds), .warn(.notMapped),
          .warns(
            "the pages become writable and executable at once", "ADDRESS is not page aligned"),
          .note(.startIsRounded),
        ], .sleeps,
      ],
      .call { machine, call throws(Refusal) in
        let address = call.arguments[.address]
        if address & 4095 != 0 {
          call.note = Refusal(.null, .startIsRounded, address, address & ~4095)
        }
        try change(machine, address, call.arguments[.pageCount])
        return .ok
      })
  }

  private static func setFlushResetPerms(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    do throws(Refusal) {
      try machine.mappings.setVMFlushResetPerms(call.arguments[.address])
    } catch {
      call.note = error
    }
    return .ok
  }
}
