internal import CModule
internal import VMem

extension ModuleHost {
  /// What an object says of itself, without being loaded: its tags and texts, and its parameters.
  package static func facts(
    of bytes: [UInt8]
  ) throws(ModuleFailure) -> [(tag: String, text: String)] {
    do throws(ObjectError) {
      return StaticRecords(try ObjectFile(bytes)).facts
    } catch { throw .badObject(error.sentence) }
  }
}

/// The records of an object that lies in a file.
private struct StaticRecords {
  private let object: ObjectFile
  /// What relocations put at an address.
  private var values: [UInt64: UInt64] = [:]

  init(_ object: ObjectFile) {
    self.object = object
    for relocation in object.relocations where relocation.kind == .relative {
      values[relocation.address] = relocation.addend
    }
  }

  private func bytes(_ address: UInt64, _ count: Int) -> ArraySlice<UInt8> {
    guard let segment = object.segments.first(where: { $0.addresses.contains(address) }) else {
      return []
    }
    let inside = Int(address - segment.address)
    let end = min(inside + count, segment.fileSize)
    return inside < end ? object.bytes[segment.offset + inside..<segment.offset + end] : []
  }

  private func text(at place: UInt64) -> String {
    guard let address = values[place], address != 0 else { return "" }
    return String(decoding: bytes(address, 1 << 16).prefix { $0 != 0 }, as: UTF8.self)
  }

  var facts: [(tag: String, text: String)] {
    var result: [(String, String)] = []
    var descriptions: [String: String] = [:]
    var parameters: [ParameterDeclaration] = []
    for index in 0..<object.records.count {
      let place = object.records.address + UInt64(index * Record.stride)
      let whole = bytes(place, Record.stride)
      guard whole.count == Record.stride else { continue }
      let record = Record(whole)
      switch vmem_record_kind(record.kind) {
      case VMEM_INFORMATION: result.append((text(at: place + 8), text(at: place + 24)))
      case VMEM_PARAMETER_TEXT: descriptions[text(at: place + 8)] = text(at: place + 24)
      case VMEM_PARAMETER, VMEM_PARAMETER_ARRAY, VMEM_PARAMETER_STRING, VMEM_PARAMETER_CALLBACK:
        parameters.append(record.declaration(name: Array(text(at: place + 8).utf8)))
      case VMEM_EXPORT: result.append(("export", text(at: place + 8)))
      default: break
      }
    }
    for parameter in parameters {
      let name = String(decoding: parameter.name, as: UTF8.self)
      result.append(("parm", "\(name):\(descriptions[name] ?? "") (\(parameter.kind))"))
    }
    return result
  }
}
