internal import VMem
internal import VMemViews

extension Subsystem {
  static let dumps = Subsystem(
    "kcore vmcore vmlinux memory vmstat iomem",
    verbs: Verb.dumps)
}

extension Verb {
  static let dumps: [Verb] = [
    Verb(
      "kcore", .views, .nothing, .reader, [], options: [.file, .readAt, .headers, .coreNotes],
      summary: "write or read what /proc/kcore shows: sparse areas and holes are zeroes",
      kernel: "read_kcore_iter", returns: "0 for a file; bytes as `read` prints them; text",
      example: "kcore kcore.elf\nkcore --read s+0x4000 16", facts: [.replaces],
      exits: [.cannotMake, .notAllWritten], .control(kcore),
      check: checkKcore),
    Verb(
      "vmcore", .views, .nothing, .reader, [.file], options: [.vmlinux, .vmcoreinfo],
      summary: "write RAM as a crash dump, for tools that walk the page tables",
      kernel: "elf_core_dump", returns: "0",
      example: "vmcore vmcore.elf --vmlinux vmlinux", facts: [.replaces],
      exits: [.cannotMake, .sameFile, .notAllWritten], .control(vmcore), check: checkVmcore),
    Verb(
      "vmlinux", .views, .nothing, .reader, [.file],
      summary: "write the kernel's symbols and types, which readers of dumps ask for",
      returns: "0", example: "vmlinux vmlinux", facts: [.replaces],
      exits: [.cannotMake, .notAllWritten], .control(vmlinux),
      details: "It fits every dump of the same kernel, switches and levels of page tables."),
    Verb(
      "memory", .views, .nothing, .reader, [.file],
      summary: "write RAM to a file, byte for byte, with holes where it is zero",
      returns: "0", example: "memory ram.bin", facts: [.replaces],
      exits: [.cannotMake, .notAllWritten], .control(memory)),
    Verb(
      "vmstat", .machine, .nothing, .reader,
      summary: "show page counts, as /proc/vmstat does", kernel: "vmstat_show", returns: "text",
      example: "vmstat", .call(vmstat)),
    Verb(
      "iomem", .machine, .nothing, .reader,
      summary: "show what physical addresses are, as /proc/iomem does", kernel: "r_show",
      returns: "text", example: "iomem", .call(iomem)),
  ]

  private static func vmstat(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.vmstat(machine, to: &output) }
  }

  private static func iomem(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.iomem(machine, to: &output) }
  }

  private static func kcore(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    switch try interpreter.call.kcorePart() {
    case .whole: return try interpreter.dump { Dump.kcore($0, descriptor: $1) }
    case .bytes: return try kcoreRead(&interpreter)
    case .headers: return kcoreHeaders(interpreter.machine, &interpreter.call)
    case .notes:
      let token = interpreter.call.tokens[interpreter.call.arguments.token(.coreNotes)]
      return vmcoreinfo(interpreter.machine, &interpreter.call, token.text.string)
    }
  }

  private static func checkVmcore(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.damage()
    guard parser.call.arguments.has(.vmlinux), parser.call.word(.vmlinux) == "-" else { return }
    throw .script(
      "standard output is for the dump, or the answer", hint: "name a file for the symbols",
      parser.call.tokens[parser.call.arguments.token(.vmlinux)])
  }

  private static func checkKcore(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.kcorePart()
  }

  private static func kcoreHeaders(
    _ machine: borrowing Machine, _ call: inout Call
  ) -> Result {
    call.view { output in Views.kcoreHeaders(machine, to: &output) }
  }

  private static func vmcoreinfo(
    _ machine: borrowing Machine, _ call: inout Call, _ text: String
  ) -> Result {
    call.view { output in Views.vmcoreinfo(machine, linesWith: text, to: &output) }
  }

  private static func kcoreRead(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let (address, count) = interpreter.call.range(.readAt)
    var runs = ByteRuns()
    guard interpreter.call.printsDirectly else {
      write(interpreter.machine, address, count, &runs, to: &interpreter.call.scratch)
      return .line
    }
    write(interpreter.machine, address, count, &runs, to: &interpreter.call.output.writer)
    interpreter.call.output.writer.write(byte: 0x0a)
    return .printed
  }

  private static func write(
    _ machine: borrowing Machine, _ address: UInt64, _ count: UInt64, _ runs: inout ByteRuns,
    to writer: inout ByteWriter
  ) {
    var done: UInt64 = 0
    while done < count {
      let at = address &+ done
      var part = min(machine.mmu.kcoreZeroes(from: at), count - done)
      if part > 0 {
        runs.append(zeroes: part, to: &writer)
      } else {
        part = min(count - done, 4096 - at & 4095)
        machine.mmu.kcoreRead(at, count: part) { runs.append($0, to: &writer) }
      }
      done += part
    }
    runs.finish(&writer)
  }

  private static func vmcore(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let damage = try interpreter.call.damage()
    if let name = damage?.unknownName(in: Dump.vmcoreinfo(interpreter.machine)) {
      let token = interpreter.call.tokens[interpreter.call.arguments.token(.vmcoreinfo)]
      throw .script("no line of VMCOREINFO is `\(name)`", hint: "readelf -n prints them", token)
    }
    let image = KernelImage(interpreter.machine.configuration)
    guard interpreter.call.arguments.has(.vmlinux) else {
      return try interpreter.dump { Dump.vmcore($0, image: image, damage: damage, descriptor: $1) }
    }
    let file = Dump.vmlinux(image)
    let descriptor = try interpreter.openBeside(.vmlinux, apartFrom: .file)
    let place = FilePlace(descriptor: descriptor)
    try interpreter.write(descriptor, .vmlinux) { $0.write(file.span) }
    do throws(LineFailure) {
      return try interpreter.dump { Dump.vmcore($0, image: image, damage: damage, descriptor: $1) }
    } catch {
      // Both or none; a reader of the dump who has had enough is no failure.
      if case .pipeClosed = error { throw error }
      interpreter.removeBeside(.vmlinux, place)
      throw error
    }
  }

  private static func vmlinux(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    try interpreter.dump { Dump.vmlinux(KernelImage($0.configuration), descriptor: $1) }
  }

  private static func memory(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    try interpreter.dump { Dump.memory($0, descriptor: $1) }
  }
}

private enum KcorePart { case whole, bytes, headers, notes }

extension Call {
  /// What `vmcore` does to VMCOREINFO.
  fileprivate func damage() throws(LineFailure) -> VmcoreinfoDamage? {
    guard arguments.has(.vmcoreinfo) else { return nil }
    let token = tokens[arguments.token(.vmcoreinfo)]
    guard let damage = VmcoreinfoDamage(token.text.string) else {
      throw .script(
        "no damage: `\(token.text.string)`", hint: "without:NAME,… or garble:SEED", token)
    }
    return damage
  }

  /// Which of its four things `kcore` is to do.
  fileprivate func kcorePart() throws(LineFailure) -> KcorePart {
    let parts: [(Parameter, KcorePart)] = [
      (.file, .whole), (.readAt, .bytes), (.headers, .headers),
      (.coreNotes, .notes),
    ]
    let given = parts.filter { arguments.has($0.0) }.map(\.1)
    guard given.count == 1 else {
      throw .script(
        given.isEmpty ? "missing: FILE" : "two things at once",
        hint: "kcore FILE, --read ADDR LEN, --headers, or --notes TEXT", tokens.last)
    }
    if given[0] == .bytes, arguments.end(.readAt) > UInt64(Self.maximumBytes) {
      throw .script("more than \(Self.maximumBytes) bytes", tokens[arguments.token(.readAt) + 1])
    }
    return given[0]
  }
}

extension Parameter {
  static let readAt = Parameter(
    id: 59, option: "--read", .addressAndLength, "ADDR LEN",
    "bytes at an address, as a reader of /proc/kcore gets them")
  static let vmlinux = Parameter(
    id: 220, option: "--vmlinux", .word, "FILE", "also write the kernel's symbols and types")
  static let vmcoreinfo = Parameter(
    id: 221, option: "--vmcoreinfo", .word, "DAMAGE",
    "write a wrong one: without:NAME,… leaves lines out, garble:SEED spoils some")
  static let headers = Parameter(
    id: 60, option: "--headers", .flag, "the program headers /proc/kcore has, and its size")
  static let coreNotes = Parameter(
    id: 222, option: "--notes", .word, "TEXT",
    "the lines of VMCOREINFO that have TEXT in them; all of them have =")
}
