internal import CModule
internal import VMem
internal import VMemViews

/// What says that something is wrong, and what ends a task.
extension CallTable {
  static let warnings: [CallEntry] = [
    // file, line
    CallEntry("bug") { call throws(CallStop) in
      let place = try call.sourcePlace()
      throw .oops(
        Oops(
          lines: [
            "------------[ cut here ]------------", "kernel BUG at \(place)!",
          ],
          explanation: "\(call.callerName) says that this cannot be", name: "invalid opcode"))
    },
    // file, line, function
    CallEntry("warn_on") { call throws(CallStop) in
      try call.warn([])
      return 0
    },
    // file, line, function, format, …
    CallEntry("warn") { call throws(CallStop) in
      try call.warn(try call.formatted(3, call.arguments(from: 4)).bytes)
      return 0
    },
    CallEntry("panic") { call throws(CallStop) in
      let text = String(
        decoding: try call.formatted(0, call.arguments(from: 1)).bytes, as: UTF8.self)
      throw .oops(
        Oops(
          lines: ["Kernel panic - not syncing: \(text)"],
          explanation: "\(call.callerName) stops the kernel", isReportOnly: true))
    },
    CallEntry("try_module_get") { call throws(CallStop) in
      try call.countUses(1)
      return 1
    },
    CallEntry("__module_get") { call throws(CallStop) in
      try call.countUses(1)
      return 0
    },
    CallEntry("module_put") { call throws(CallStop) in
      try call.countUses(-1)
      return 0
    },
    // level, prefix, type, row size, group size, bytes, size, ascii
    CallEntry("print_hex_dump") { call throws(CallStop) in
      let level = try call.string(call[0])
      let prefix = call[1] == 0 ? [] : try call.string(call[1])
      let bytes = try call.bytes(call[5], Int(clamping: call[6]))
      let listing = HexListing(
        prefixText: prefix, prefix: HexListing.Prefix(rawValue: UInt64(call.uint(2))) ?? .none,
        rowSize: Int(call.int(3)), groupSize: Int(call.int(4)), hasCharacters: call[7] & 0xff != 0)
      let hash = PointerHash(seed: call.machine.configuration.seed)
      for line in listing.lines(of: bytes, at: call.host.unfolded(call[5]), hash) {
        _ = try call.printk(level + line + [0x0a])
      }
      return 0
    },
  ]
}

extension NativeCall {
  /// File, line and function in the arguments.
  fileprivate func warn(_ text: [UInt8]) throws(CallStop) {
    let place = try sourcePlace()
    let lines = text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self) }
    host.warn(lines, at: callerName, file: place)
  }

  /// File and line in the arguments; in place of those of a header, the line that calls what it has.
  fileprivate func sourcePlace() throws(CallStop) -> String {
    let file = try string(self[0])
    let own = "\(String(decoding: file, as: UTF8.self)):\(int(1))"
    return BuildFolder.isHeader(file) ? host.sourceLine(caller &- 1) ?? own : own
  }

  /// The count stands behind the name and the state of a `struct module`.
  fileprivate func countUses(_ change: Int32) throws(CallStop) {
    if self[0] == 0 { return }
    let offset = UInt64(MemoryLayout<module>.offset(of: \.refcount)!)
    let count = Int32(truncatingIfNeeded: try words(self[0] &+ offset, 1)[0])
    try write(word: UInt64(UInt32(bitPattern: count &+ change)), size: 4, to: self[0] &+ offset)
  }
}
