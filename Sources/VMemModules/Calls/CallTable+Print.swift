internal import CModule
internal import VMem

/// Messages, and text in memory.
extension CallTable {
  static let print: [CallEntry] = [
    CallEntry("printk") { call throws(CallStop) in
      try call.printk(try call.formatted(0, call.arguments(from: 1)).bytes)
    },
    CallEntry("vprintk") { call throws(CallStop) in
      try call.printk(try call.formatted(0, try call.list(1)).bytes)
    },
    CallEntry("sprintf") { call throws(CallStop) in
      try call.store(try call.formatted(1, call.arguments(from: 2)), size: .max)
    },
    CallEntry("vsprintf") { call throws(CallStop) in
      try call.store(try call.formatted(1, try call.list(2)), size: .max)
    },
    CallEntry("snprintf") { call throws(CallStop) in
      try call.store(try call.formatted(2, call.arguments(from: 3)), size: call[1])
    },
    CallEntry("vsnprintf") { call throws(CallStop) in
      try call.store(try call.formatted(2, try call.list(3)), size: call[1])
    },
    CallEntry("scnprintf") { call throws(CallStop) in
      call.stored(
        try call.store(try call.formatted(2, call.arguments(from: 3)), size: call[1]), call[1])
    },
    CallEntry("vscnprintf") { call throws(CallStop) in
      call.stored(
        try call.store(try call.formatted(2, try call.list(3)), size: call[1]), call[1])
    },
    CallEntry("kasprintf") { call throws(CallStop) in
      let text = try call.formatted(1, call.arguments(from: 2)).bytes + [0]
      let copy = try call.kmalloc(UInt64(text.count), call.gfp(0))
      if copy != 0 { try call.write(text, to: copy) }
      return copy
    },
    CallEntry("kvasprintf") { call throws(CallStop) in
      let text = try call.formatted(1, try call.list(2)).bytes + [0]
      let copy = try call.kmalloc(UInt64(text.count), call.gfp(0))
      if copy != 0 { try call.write(text, to: copy) }
      return copy
    },
    // state, function
    CallEntry("ratelimit") { call throws(CallStop) in try call.ratelimit() },
    CallEntry("dump_stack") { call in
      let task = call.host.running
      call.host.log(
        [
          "CPU: \(task?.cpu ?? 0) PID: \(task?.pid ?? 1) Comm: \(task?.name ?? "insmod")",
          "Call Trace:", " <TASK>", " \(call.callerName)", " </TASK>",
        ], level: 4)
      return 0
    },
  ]
}

/// The arguments behind a format: registers first, the stack behind them.
struct CallArguments: ArgumentSource {
  let call: NativeCall
  var index: Int

  mutating func next() -> UInt64 {
    defer { index += 1 }
    return call[index]
  }
}

/// What formats point at.
struct HostMemoryReader: FormatMemory {
  let host: ModuleHost

  func read(_ address: UInt64, _ count: Int) throws(BadPointer) -> [UInt8] {
    guard let bytes = host.bytes(address, count) else { throw BadPointer(address) }
    return bytes
  }

  func string(at address: UInt64, limit: Int) throws(BadPointer) -> [UInt8] {
    guard let bytes = host.string(address, limit: limit) else { throw BadPointer(address) }
    return bytes
  }

  func symbol(at address: UInt64) -> SymbolPlace? {
    for module in host.modules where module.contains(address) {
      guard let found = module.object.symbols.symbol(at: address &- module.base) else { return nil }
      return SymbolPlace(
        name: found.name, offset: address &- module.base &- found.value, size: found.size,
        module: Array(module.name.utf8))
    }
    return host.thunks.name(at: address).map {
      SymbolPlace(name: Array($0.utf8), offset: 0, size: 32, module: nil)
    }
  }

  func unfolded(_ address: UInt64) -> UInt64 { host.unfolded(address) }
}

extension NativeCall {
  func arguments(from index: Int) -> CallArguments { CallArguments(call: self, index: index) }

  func list(_ index: Int) throws(CallStop) -> VariableArguments<HostMemoryReader> {
    do throws(BadPointer) { return try VariableArguments(at: self[index], host.reader) } catch {
      throw badPointer(error.address)
    }
  }

  /// What the format in an argument makes of other arguments.
  func formatted(_ format: Int, _ arguments: some ArgumentSource) throws(CallStop) -> FormatOutput {
    var arguments = arguments
    var output = FormatOutput()
    let text = try string(self[format])
    do throws(BadPointer) {
      try host.format.append(text, &arguments, to: &output)
    } catch { throw badPointer(error.address) }
    if let letter = output.refused, !host.hasWarnedOfFormat {
      host.hasWarnedOfFormat = true
      let conversion = letter == 0 ? "" : String(UnicodeScalar(letter))
      host.warn(
        ["Please remove unsupported %\(conversion) in format string"], at: "format_decode")
    }
    return output
  }

  func printk(_ text: [UInt8]) throws(CallStop) -> UInt64 {
    for line in PrintkLine.lines(of: text) { host.print(line) }
    return UInt64(text.count)
  }

  /// Writes a text and a zero byte into `size` bytes at argument 0; how long it would be.
  fileprivate func store(_ output: FormatOutput, size: UInt64) throws(CallStop) -> UInt64 {
    guard size > 0, size <= UInt64(Int32.max) || size == .max else { return 0 }
    let bytes = size == .max ? output.bytes[...] : output.bytes.prefix(Int(size) - 1)
    try write(Array(bytes) + [0], to: self[0])
    return UInt64(output.count)
  }

  fileprivate func stored(_ count: UInt64, _ size: UInt64) -> UInt64 {
    size == 0 ? 0 : min(count, size - 1)
  }

  /// interval, burst, printed, missed (int each), begin: 1 for a message that may come.
  fileprivate func ratelimit() throws(CallStop) -> UInt64 {
    let state = try words(self[0], 3)
    let (interval, burst) = (state[0] & 0xffff_ffff, state[0] >> 32)
    var (printed, missed) = (state[1] & 0xffff_ffff, state[1] >> 32)
    var begin = state[2]
    let now = host.jiffies
    if begin == 0 || Int64(bitPattern: now &- begin &- interval) > 0 {
      if missed > 0 {
        let name = String(decoding: try string(self[1]), as: UTF8.self)
        host.log(["\(name): \(missed) callbacks suppressed"], level: 4)
      }
      (printed, missed, begin) = (0, 0, now)
    }
    let isAllowed = printed < burst
    if isAllowed { printed += 1 } else { missed += 1 }
    try write(word: printed | missed << 32, to: self[0] &+ 8)
    try write(word: begin, to: self[0] &+ 16)
    return isAllowed ? 1 : 0
  }
}

extension ModuleHost {
  var reader: HostMemoryReader { HostMemoryReader(host: self) }

  /// Appends a line to the log; what goes on with the line before is kept until it is whole.
  func print(_ line: PrintkLine) {
    if !line.isContinuation, !partialLine.isEmpty { flushLine() }
    partialLevel = line.isContinuation ? partialLevel : line.level ?? 4
    partialLine += line.bytes
    if line.isComplete { flushLine() }
  }

  func flushLine() {
    place!.pointee.log.write(partialLine, level: partialLevel)
    partialLine = []
  }
}
