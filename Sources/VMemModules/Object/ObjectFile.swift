/// A part of the file that is loaded (`PT_LOAD`).
package struct ObjectSegment: Equatable {
  /// Bytes from the file's start.
  package let offset: Int
  /// Bytes in the file; those behind them are zero.
  package let fileSize: Int
  /// Where it begins, counted from where the object is loaded.
  package let address: UInt64
  package let memorySize: UInt64
  package let isReadable: Bool
  package let isWritable: Bool
  package let isExecutable: Bool

  package var addresses: Range<UInt64> { address..<address + memorySize }
}

package struct ObjectSection: Equatable {
  package let name: [UInt8]
  package let type: UInt64
  package let flags: UInt64
  package let address: UInt64
  /// Bytes from the file's start; meaningless for a section without bytes in the file.
  package let offset: UInt64
  package let size: UInt64
  package let link: UInt64
  package let entrySize: UInt64
}

package struct ObjectSymbol: Equatable {
  package let name: [UInt8]
  /// Its address in the object; 0 for one that another has.
  package let value: UInt64
  package let size: UInt64
  /// Whether it is defined elsewhere.
  package let isUndefined: Bool
  package let isWeak: Bool
  package let isFunction: Bool
  /// A variable.
  package let isObject: Bool
}

/// A place that is written when the object is loaded.
package struct ObjectRelocation: Equatable {
  package enum Kind: Equatable {
    /// Where the object lies, plus the addend.
    case relative
    /// The address of a symbol of the dynamic table, plus the addend.
    case symbol(Int)
  }

  package let address: UInt64
  package let kind: Kind
  package let addend: UInt64
}

/// A module that was built: a shared object of x86-64 that needs no library. Every number of the file
/// is checked before it is used, so that no file traps.
package struct ObjectFile {
  /// Above every address in the object.
  static let addressLimit: UInt64 = 1 << 30
  static let maximumSegments: UInt64 = 64
  /// Bytes of `struct vmem_record`.
  package static let recordSize: UInt64 = 48

  /// The file.
  package let bytes: [UInt8]
  /// In the order of their addresses; they do not overlap.
  package let segments: [ObjectSegment]
  package let sections: [ObjectSection]
  /// Symbols that relocations name; the first is none.
  package let dynamicSymbols: [ObjectSymbol]
  package let relocations: [ObjectRelocation]
  /// All functions and variables; those of the dynamic table when the file was stripped.
  package let symbols: SymbolIndex
  /// The address of the records that tell of the module, and how many there are.
  package let records: (address: UInt64, count: Int)

  /// One past the last address.
  package var end: UInt64 { segments.last?.addresses.upperBound ?? 0 }

  package init(_ bytes: [UInt8]) throws(ObjectError) {
    let header = try ObjectHeader(bytes)
    let tables = try ObjectTables(bytes, header)
    self.bytes = bytes
    segments = tables.segments
    sections = tables.sections
    try Self.refuseWhatIsNotForKernels(tables)
    let dynamic = try tables.symbols(ofType: ObjectTables.dynamicSymbolTable)
    dynamicSymbols = dynamic
    relocations = try tables.relocations(symbolCount: dynamic.count)
    let all = try tables.symbols(ofType: ObjectTables.symbolTable)
    symbols = SymbolIndex(all.isEmpty ? dynamic : all)
    records = try Self.records(tables)
  }

  package func section(_ name: String) -> ObjectSection? {
    sections.first { $0.name.elementsEqual(name.utf8) }
  }

  /// The addresses of a section that is loaded as a whole.
  package func loadedSection(_ name: String) -> Range<UInt64>? {
    guard let section = section(name),
      segments.contains(where: { $0.holds(section.address, section.size) })
    else { return nil }
    return section.address..<section.address + section.size
  }

  private static func refuseWhatIsNotForKernels(_ tables: ObjectTables) throws(ObjectError) {
    if tables.isThreadLocal { throw ObjectError(.threadLocal, 0) }
    if try tables.needsLibrary() { throw ObjectError(.needsLibrary, 0) }
  }

  private static func records(
    _ tables: ObjectTables
  ) throws(ObjectError) -> (address: UInt64, count: Int) {
    guard
      let section = tables.sections.first(where: { $0.name.elementsEqual(".vmem.records".utf8) })
    else { return (0, 0) }
    guard section.size % recordSize == 0 else {
      throw ObjectError(.recordsSize, section.size, limit: recordSize)
    }
    guard tables.segments.contains(where: { $0.holds(section.address, section.size) }) else {
      throw ObjectError(.recordsPlace, section.address)
    }
    return (section.address, Int(section.size / recordSize))
  }
}

extension ObjectSegment {
  /// Whether so many bytes from an address on lie in it.
  func holds(_ address: UInt64, _ count: UInt64) -> Bool {
    address >= self.address && count <= memorySize
      && address - self.address <= memorySize - count
  }
}
