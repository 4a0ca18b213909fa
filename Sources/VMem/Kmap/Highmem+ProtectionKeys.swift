/// Protection keys: who may use pages that have one.
extension Highmem {
  // MARK: Registers

  /// PKRS of a CPU.
  package func pkrs(ofCPU cpu: Int) -> UInt32 { ram[ram.perCPU(cpu)].pkrs }

  /// What PKRS of a CPU must be by the records.
  func expectedPKRS(ofCPU cpu: Int) -> UInt32 {
    guard has(.pks) else { return 0 }
    let control = kmapControl(ofTask: Int(ram[ram.tasks].running[cpu]), onCPU: cpu)
    let context = ExecutionContext(rawValue: ram[Superblock.ref].contexts[cpu]) ?? .process
    return control.isNone ? ProtectionKeys.initial : ram[control].pkrs[context.isInterrupt ? 1 : 0]
  }

  /// Loads PKRS at a switch of tasks and on the way into an interrupt and out of it. The
  /// corresponding kernel function is `pks_write_current`.
  func loadPKRS() {
    if has(.pks) { ram[ram.perCPU(cpu)].pkrs = expectedPKRS(ofCPU: cpu) }
  }

  /// A handler begins with what every task begins with, and its end brings back what was. The
  /// corresponding kernel functions are `pks_save_pt_regs` and `pks_restore_pt_regs`.
  func enterOrLeaveInterrupt() {
    if let control = existingKmapControl {
      ram[control].pkrs[1] = ProtectionKeys.initial
      forEachHeld(control) { if ram[$0].level == 1 { ram[$0].opens = 0 } }
    }
    loadPKRS()
  }

  /// Refuses with -EINVAL a machine without keys.
  package func requireKeys() throws(Refusal) {
    guard has(.pks) else { throw Refusal(.errno(.EINVAL), .noProtectionKeys) }
  }

  /// Carries out `Machine.setProtection`.
  func setProtection(ofKey key: UInt64, _ access: ProtectionKeys.Access) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try requireKeys()
    try checkKey(key)
    let control = try kmapControl()
    set(control, kmapLevel, key, access)
  }

  private func set(
    _ control: Ref<KmapControl>, _ level: Int, _ key: UInt64, _ access: ProtectionKeys.Access
  ) {
    ram[control].pkrs[level] = ProtectionKeys.set(ram[control].pkrs[level], key, access)
    loadPKRS()
  }

  private func checkKey(_ key: UInt64) throws(Refusal) {
    guard (1..<UInt64(ProtectionKeys.count)).contains(key) else {
      throw Refusal(.errno(.EINVAL), .noSuchKey, key, UInt64(ProtectionKeys.count - 1))
    }
  }

  // MARK: Pages

  /// Carries out `Machine.protectPages`.
  package func protectPages(_ pages: [UInt64], key: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try requireKeys()
    if key != 0 { try checkKey(key) }
    for pfn in pages {
      guard pfn < UInt64(directFrames) else { throw Refusal(.errno(.EINVAL), .notInDirectMap, pfn) }
    }
    var range: (start: UInt64, end: UInt64)?
    for pfn in pages {
      let address = directAddress(pfn)
      var change = AttributeChange(address)
      change.clear = Entry.keyMask
      change.set = key << 59
      change.changesAliases = false
      if case .noMemory = change.run(mmu, address, pages: 1) {
        flush(range)
        throw Refusal(.errno(.ENOMEM), .noTableMemory, address, UInt64(Level.pte.rawValue))
      }
      range =
        range.map { (min($0.start, address), max($0.end, address + 4096)) }
        ?? (address, address + 4096)
    }
    flush(range)
  }

  private func flush(_ range: (start: UInt64, end: UInt64)?) {
    if let (start, end) = range { FlushObligation(ram, start, end).flush() }
  }

  /// Whether a fault by the key of protected pages is only complained about.
  package var pksIsRelaxed: Bool {
    get { ram[ram.highMemory].pksRelaxed != 0 }
  }

  /// Carries out `Machine.setPKSFaults`.
  func setPKSFaults(relaxed: Bool) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try requireKeys()
    ram[ram.highMemory].pksRelaxed = relaxed ? 1 : 0
  }

  /// The key of a page at its address in the direct map.
  func key(ofDirect address: UInt64) -> UInt64 {
    guard has(.pks), case .leaf(_, let entry, _) = tables.look(up: address) else {
      return ProtectionKeys.default
    }
    return entry.key
  }

  /// Opens the key of protected pages for a mapping that the current task has just made, unless
  /// another of its mappings has. The corresponding kernel function is `pgmap_set_readwrite`.
  func openProtected(_ mapping: Ref<LocalMapping>, _ control: Ref<KmapControl>) {
    if !isOpened(control, kmapLevel) {
      set(control, kmapLevel, ProtectionKeys.protected, .readWrite)
    }
    ram[mapping].opens = 1
  }

  /// Takes back what a mapping has opened, which its task does not hold any more; the last one
  /// closes the key, whatever key the page has by now. The corresponding kernel function is
  /// `pgmap_set_noaccess`.
  func closeProtected(_ mapping: Ref<LocalMapping>, _ control: Ref<KmapControl>) {
    let level = Int(ram[mapping].level & 1)
    guard ram[mapping].opens != 0 else { return }
    ram[mapping].opens = 0
    if !isOpened(control, level) { set(control, level, ProtectionKeys.protected, .none) }
  }

  private func isOpened(_ control: Ref<KmapControl>, _ level: Int) -> Bool {
    held(control) { $0.opens != 0 && Int($0.level) == level } != nil
  }

  // MARK: Accesses

  /// Looks at an access that is not left to the quick path: to a page with a key, or in the windows
  /// of kmap.
  @inline(never)
  func admit(_ word: UInt64, _ address: UInt64, forWriting: Bool) throws(Refusal) {
    let key = Entry(bits: word).key
    if address >= KmapWindow.floor || key != 0 { noteUse(address) }
    guard key != 0, word & Entry.user == 0 else { return }
    let access = ProtectionKeys.access(ram[ram.perCPU(cpu)].pkrs, key)
    if access == .readWrite || access == .read && !forWriting { return }
    let code = ProtectionKeys.errorCode(writing: forWriting)
    if key == ProtectionKeys.protected, pksIsRelaxed {
      warnOnce(.protectionFault, .pgmap_protection_fault, .pgmapFault, address, key)
      return try setProtection(ofKey: key, .readWrite)
    }
    logMessage(.protectionFault, level: 1, nil, address, key, code)
    throw Refusal(.fault, .protectionKey, address, key, code)
  }
}
