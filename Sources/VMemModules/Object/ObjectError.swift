/// Why a file is no module: the rule it breaks and the value that breaks it.
package struct ObjectError: Error, Equatable {
  package enum Rule: Equatable, Sendable {
    case tooShort
    case notELF
    case notSixtyFourBits
    case notLittleEndian
    case notShared
    case notX86
    case entrySize
    case tooManySegments
    case beyondFile
    case segmentSize
    case segmentOrder
    case noSegments
    case addressTooLarge
    case threadLocal
    case needsLibrary
    case sectionLink
    case unterminatedName
    case relocationType
    case relocationSymbol
    case relocationPlace
    case packedRelocations
    case recordsSize
    case recordsPlace
    case compressed
    case lineVersion
    case lineForm
    case lineHeader
    case lineEnd
  }

  package let rule: Rule
  /// What was found.
  package let value: UInt64
  /// What bounds it; 0 where nothing does.
  package let limit: UInt64

  init(_ rule: Rule, _ value: UInt64, limit: UInt64 = 0) {
    self.rule = rule
    self.value = value
    self.limit = limit
  }

  /// One sentence without a full stop.
  package var sentence: String {
    let hex = "0x" + String(value, radix: 16)
    let end = "0x" + String(limit, radix: 16)
    return switch rule {
    case .tooShort: "\(value) bytes are too few for an object"
    case .notELF: "it does not begin with the four bytes of an ELF file"
    case .notSixtyFourBits: "ELF class \(value) is not that of 64 bits, 2"
    case .notLittleEndian: "ELF data \(value) is not little-endian, 1"
    case .notShared: "ELF type \(value) is not that of a shared object, 3"
    case .notX86: "machine \(value) is not x86-64, 62"
    case .entrySize: "a table's entries have \(value) bytes instead of \(limit)"
    case .tooManySegments: "\(value) program headers are more than \(limit)"
    case .beyondFile: "\(hex) lies beyond the file's end at \(end)"
    case .segmentSize: "a segment has \(value) bytes in the file, more than \(limit) in memory"
    case .segmentOrder: "a segment at \(hex) begins below the end of the one before it at \(end)"
    case .noSegments: "nothing of it is to be loaded"
    case .addressTooLarge: "address \(hex) is not below \(end)"
    case .threadLocal: "it has thread-local variables, which a kernel module has not"
    case .needsLibrary: "it needs a shared library: link it with -nostdlib"
    case .sectionLink: "section \(value) is none of \(limit)"
    case .unterminatedName: "the name at \(hex) of a table of names has no end within 4096 bytes"
    case .relocationType:
      "relocation type \(value) is none of R_X86_64_64, GLOB_DAT, JUMP_SLOT and RELATIVE"
    case .relocationSymbol: "a relocation names symbol \(value) of \(limit)"
    case .relocationPlace: "a relocation at \(hex) lies in no segment that is written"
    case .packedRelocations: "it has packed relocations: link it with -z nopack-relative-relocs"
    case .recordsSize: "\(value) bytes of records are not a multiple of \(limit)"
    case .recordsPlace: "records at \(hex) lie in no segment"
    case .compressed: "its debug information is compressed: compile it with -gz=none"
    case .lineVersion: "line table version \(value) is none of 2 to 5"
    case .lineForm: "a line table has form \(hex)"
    case .lineHeader: "a line table's header is wrong: \(value)"
    case .lineEnd: "a line table ends at \(end), before \(hex)"
    }
  }
}
