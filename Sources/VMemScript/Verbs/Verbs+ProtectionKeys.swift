internal import VMem
internal import VMemViews

extension Subsystem {
  static let protectionKeys = Subsystem(
    "pks_set pks_protect pks_mode pks_state", verbs: Verb.protectionKeys)
}

/// Protection keys of kernel addresses.
extension Verb {
  static let protectionKeys: [Verb] = [
    Verb(
      "pks_set", .kmap, .nothing, .writer, [.key, accesses.parameter],
      summary: "set what a protection key allows the current task", kernel: "pks_update_protection",
      returns: "0, -EINVAL, or -ENOMEM", example: "pks_set 3 r",
      answers: [.protectionKeys, [.errno(.EINVAL, .noSuchKey), .errno(.ENOMEM, .noDescriptor)]],
      .call(set)),
    Verb(
      "pks_protect", .kmap, .nothing, .writer, [.pages], options: [.pageKey],
      summary:
        "give pages a protection key in the direct map, so that only who has opened it gets in",
      returns: "0, -EINVAL, or -ENOMEM", example: "pks_protect P[0..2]\nexpect fault read P[0] 1",
      answers: [
        .protectionKeys,
        [.errno(.EINVAL, .noSuchKey, .notInDirectMap), .errno(.ENOMEM, .noTableMemory)],
      ],
      .call(protect)),
    Verb(
      "pks_mode", .kmap, .nothing, .writer, [faultModes.parameter],
      summary: "let faults by key 2 be oopses, or warnings that open it",
      kernel: "memremap.pks_fault_mode", returns: "0, or -EINVAL", example: "pks_mode relaxed",
      answers: [.protectionKeys],
      .call(mode)),
    Verb(
      "pks_state", .kmap, .nothing, .reader,
      summary: "show PKRS of each CPU and of each task that has set a key",
      returns: "text: a line a CPU, then a line a task; or -EINVAL", example: "pks_state",
      answers: [.protectionKeys],
      .call(show)),
  ]

  private static func set(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.setProtection(
      ofKey: call.arguments[.key], call.required(accesses))
    return .ok
  }

  private static func protect(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.protectPages(
      call.arguments.pages, key: call.arguments[.pageKey, default: ProtectionKeys.protected])
    return .ok
  }

  private static func mode(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.setPKSFaults(relaxed: call.required(faultModes))
    return .ok
  }

  private static func show(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.requireKeys()
    return call.view { output in Views.protectionKeys(machine, to: &output) }
  }
}

extension Verb {
  private static let accesses = Choice<ProtectionKeys.Access>(
    id: 126, ["rw": .readWrite, "r": .read, "none": .none], "read and write, only read, or nothing")
  /// Whether faults are only told.
  private static let faultModes = Choice<Bool>(
    id: 128, ["strict": false, "relaxed": true],
    "strict: the access faults; relaxed: one warning, and the task may go on")
}

extension Parameter {
  static let key = Parameter(
    id: 125, .number, "KEY", "protection key, 1 to 15; key 2 is that of protected pages")
  static let pageKey = Parameter(
    id: 127, option: "--key", .number, "N",
    "the key, 0 for none (default 2, which kmap_local_page opens)")
}
