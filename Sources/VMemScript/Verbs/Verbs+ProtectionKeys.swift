internal import VMem
internal import VMemViews

/// Protection keys of kernel addresses.
extension Verb {
  static let protectionKeys: [Verb] = [
    Verb(
      "pks_set", .kmap, .nothing, .writer, [.key, .keyAccess],
      summary: "set what a protection key allows the current task", kernel: "pks_update_protection",
      returns: "0, -EINVAL, or -ENOMEM", example: "pks_set 3 r", .call(set)),
    Verb(
      "pks_protect", .kmap, .nothing, .writer, [.pages], options: [.pageKey],
      summary:
        "give pages a protection key in the direct map, so that only who has opened it gets in",
      returns: "0, -EINVAL, or -ENOMEM", example: "pks_protect P[0..2]\nexpect fault read P[0] 1",
      .call(protect)),
    Verb(
      "pks_mode", .kmap, .nothing, .writer, [.keyMode],
      summary: "let faults by key 2 be oopses, or warnings that open it",
      kernel: "memremap.pks_fault_mode", returns: "0, or -EINVAL", example: "pks_mode relaxed",
      .call(mode)),
    Verb(
      "pks_state", .kmap, .nothing, .reader,
      summary: "show PKRS of each CPU and of each task that has set a key",
      returns: "text: a line a CPU, then a line a task; or -EINVAL", example: "pks_state",
      .call(show)),
  ]

  private static func set(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let accesses: [ProtectionKeys.Access] = [.readWrite, .read, .none]
    try machine.setProtection(
      ofKey: call.arguments[.key], accesses[call.choice(.keyAccess, default: 0)])
    return .ok
  }

  private static func protect(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.protectPages(
      call.arguments.pages, key: call.arguments[.pageKey, default: ProtectionKeys.protected])
    return .ok
  }

  private static func mode(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.setPKSFaults(relaxed: call.choice(.keyMode, default: 0) == 1)
    return .ok
  }

  private static func show(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.requireKeys()
    return call.view { output in Views.protectionKeys(machine, to: &output) }
  }
}
