internal import CModule

/// Parameters of loaded modules, as the files in `/sys/module/NAME/parameters` show them.
extension ModuleHost {
  /// What the variable holds now; of one that the module's own function sets, what insmod was given.
  func text(of parameter: LoadedModule.Parameter) -> String? {
    switch parameter.declaration.shape {
    case .callback: return parameter.text
    case .string:
      return string(parameter.pointer, limit: parameter.count).map {
        String(decoding: $0, as: UTF8.self)
      }
    case .single: return value(parameter.declaration.type, at: parameter.pointer)
    case .array:
      let type = parameter.declaration.type
      let given = parameter.more == 0 ? nil : bytes(parameter.more, 4)
      let count = given.map { UInt64(littleEndian: $0[...]) } ?? UInt64(parameter.count)
      let values = (0..<min(count, UInt64(parameter.count))).map {
        value(type, at: parameter.pointer &+ $0 * UInt64(type.size)) ?? "?"
      }
      return values.joined(separator: ",")
    }
  }

  private func value(_ type: ParameterType, at address: UInt64) -> String? {
    guard let bytes = bytes(address, type.size) else { return nil }
    let number = UInt64(littleEndian: bytes[...])
    switch type {
    case .bool: return number == 0 ? "N" : "Y"
    case .invbool: return number == 0 ? "Y" : "N"
    case .short, .int, .long:
      let unused = UInt64(64 - 8 * type.size)
      return "\(Int64(bitPattern: number << unused) >> Int64(unused))"
    case .byte, .ushort, .uint, .ulong, .ullong: return "\(number)"
    case .hexint: return "0x" + hex(number, digits: 1)
    case .charp:
      if number == 0 { return "(null)" }
      return string(number).map { String(decoding: $0, as: UTF8.self) }
    }
  }
}

extension Record {
  /// The parameter that a record declares.
  func declaration(name: [UInt8]) -> ParameterDeclaration {
    let shape: ParameterDeclaration.Shape
    switch vmem_record_kind(kind) {
    case VMEM_PARAMETER_ARRAY: shape = .array(capacity: Int(count))
    case VMEM_PARAMETER_STRING: shape = .string(capacity: Int(count))
    case VMEM_PARAMETER_CALLBACK: shape = .callback(needsValue: true)
    default: shape = .single
    }
    let type = ParameterType(rawValue: type) ?? .int
    return ParameterDeclaration(name: name, type: type, shape: shape)
  }
}
