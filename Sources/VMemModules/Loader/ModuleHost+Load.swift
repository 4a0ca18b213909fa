internal import CHost
internal import CModule
internal import Glibc
internal import VMem

/// From an object's bytes to a module in memory.
extension ModuleHost {
  /// Places an object, binds what it calls, and reads what it says of itself. Nothing of it runs.
  func load(_ name: String, _ bytes: [UInt8]) throws(ModuleFailure) -> LoadedModule {
    let object: ObjectFile
    do throws(ObjectError) { object = try ObjectFile(bytes) } catch {
      throw .badObject(error.sentence)
    }
    let bindings = try bind(name, object)
    let module = try place(name, object)
    guard fill(module, bytes, bindings) else {
      module.release()
      throw ModuleFailure(.ENOMEM, .moduleMemory)
    }
    readRecords(module)
    if let twice = module.exports.keys.sorted().first(where: { exported($0) != nil }) {
      let owner = modules.first { $0.state == .live && $0.exports[twice] != nil }
      log(
        ["\(name): exports duplicate symbol \(twice) (owned by \(owner?.name ?? "kernel"))"],
        level: 3)
      module.release()
      throw ModuleFailure(.ENOEXEC, .moduleSymbols)
    }
    for symbol in bindings {
      guard let owner = modules.first(where: { $0.contains(symbol) }) else { continue }
      if !module.uses.contains(where: { $0 === owner }) { module.uses.append(owner) }
    }
    return module
  }

  /// The address of each dynamic symbol; 0 for those that are the object's own.
  private func bind(_ name: String, _ object: ObjectFile) throws(ModuleFailure) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: object.dynamicSymbols.count)
    var unknown: [String] = []
    var ofSources: [String] = []
    for (index, symbol) in object.dynamicSymbols.enumerated() where symbol.isUndefined {
      let wanted = String(decoding: symbol.name, as: UTF8.self)
      if wanted.isEmpty { continue }
      let own = wanted.hasPrefix("vk_") ? String(wanted.dropFirst(3)) : nil
      if let address = own.flatMap({ thunks[$0] ?? objects[$0] }) ?? exported(wanted) {
        result[index] = address
      } else if !symbol.isWeak {
        unknown.append(own ?? wanted)
        if own == nil { ofSources.append(wanted) }
      }
    }
    guard unknown.isEmpty else {
      log(unknown.map { "\(name): Unknown symbol \($0) (err -2)" }, level: 4)
      let families = FamilyTable.own
      for symbol in unknown { families.sentence(for: symbol).map { explain($0) } }
      if !ofSources.isEmpty {
        explain(
          "\(ofSources.joined(separator: ", ")): declared in the source, and defined in none: insmod "
            + "takes all files of a module (insmod A.c B.c), after the modules that it uses")
      }
      throw ModuleFailure(.ENOENT, .moduleSymbols)
    }
    return result
  }

  private func exported(_ name: String) -> UInt64? {
    for module in modules where module.state == .live {
      if let address = module.exports[name] { return address }
    }
    return nil
  }

  private func place(
    _ name: String, _ object: ObjectFile
  ) throws(ModuleFailure) -> LoadedModule {
    // Modules follow each other, with a page between them.
    let last = modules.map { $0.shownBase + $0.size + 4096 }.max()
    let shown = last ?? UInt64(VMEM_MODULES) | UInt64(VMEM_TOP_BITS)
    let size = Int((object.end + 4095) & ~4095)
    guard let start = chost_native_text(folded(shown), size) else {
      throw ModuleFailure(.ENOMEM, .moduleMemory)
    }
    return LoadedModule(
      name, object, base: UInt64(UInt(bitPattern: start)), shownBase: shown)
  }

  private func fill(_ module: LoadedModule, _ bytes: [UInt8], _ bindings: [UInt64]) -> Bool {
    for segment in module.object.segments {
      let part = Array(bytes[segment.offset..<segment.offset + segment.fileSize])
      guard write(part, to: module.base + segment.address) else { return false }
    }
    for relocation in module.object.relocations {
      var value = module.base
      if case .symbol(let index) = relocation.kind {
        let symbol = module.object.dynamicSymbols[index]
        value = symbol.isUndefined ? bindings[index] : module.base &+ symbol.value
      }
      value = value &+ relocation.addend
      guard
        write(
          (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) },
          to: module.base + relocation.address)
      else { return false }
    }
    return module.object.segments.allSatisfy { protect(module, $0) }
  }

  private func protect(_ module: LoadedModule, _ segment: ObjectSegment) -> Bool {
    let first = (module.base + segment.address) & ~4095
    let end = (module.base + segment.addresses.upperBound + 4095) & ~4095
    var protection = PROT_READ
    if segment.isWritable { protection |= PROT_WRITE }
    if segment.isExecutable { protection |= PROT_EXEC }
    // Safe: whole pages of the module's own mapping.
    return chost_native_protect(
      UnsafeMutableRawPointer(bitPattern: UInt(first))!, Int(end - first), protection) == 0
  }

  // MARK: Records

  private func readRecords(_ module: LoadedModule) {
    let size = module.object.records.count * Record.stride
    if let bytes = bytes(module.base + module.object.records.address, size) {
      for start in stride(from: 0, through: bytes.count - Record.stride, by: Record.stride) {
        take(Record(bytes[start..<start + Record.stride]), module)
      }
    }
    module.initRange = module.section(".init.text") ?? 0..<0
  }

  private func take(_ record: Record, _ module: LoadedModule) {
    func text(_ address: UInt64) -> String {
      address == 0 ? "" : String(decoding: string(address) ?? [], as: UTF8.self)
    }
    module.records.append(record)
    switch vmem_record_kind(record.kind) {
    case VMEM_PARAMETER, VMEM_PARAMETER_ARRAY, VMEM_PARAMETER_STRING, VMEM_PARAMETER_CALLBACK:
      guard let parameter = parameter(record, Array(text(record.name).utf8)) else { return }
      module.parameters.append(parameter)
    case VMEM_PARAMETER_TEXT:
      module.information.append(("parm", "\(text(record.name)):\(text(record.text))"))
    case VMEM_EXPORT: module.exports[text(record.name)] = record.pointer
    case VMEM_INFORMATION: module.information.append((text(record.name), text(record.text)))
    case VMEM_THIS_MODULE: module.structure = record.pointer
    default: break
    }
  }

  private func parameter(_ record: Record, _ name: [UInt8]) -> LoadedModule.Parameter? {
    return LoadedModule.Parameter(
      declaration: record.declaration(name: name),
      pointer: record.pointer, more: record.more, count: Int(record.count),
      permissions: record.permissions)
  }
}
