/// The registers that tell an x86-64 processor how it walks page tables, as a running kernel has them.
package struct ControlRegisters {
  /// PE, MP, ET, NE, WP, AM and PG.
  package static let cr0: UInt64 = 0x8005_0033

  private typealias Bit = (bit: UInt64, name: String)
  private static let ofEFER: [Bit] = [(0, "SCE"), (8, "LME"), (10, "LMA"), (11, "NXE")]
  private let ofCR4: [Bit]

  package init(_ configuration: Configuration) {
    var bits: [Bit] = [(4, "PSE"), (5, "PAE"), (7, "PGE")]
    if configuration.levels == 5 { bits.append((12, "LA57")) }
    if configuration.switches.contains(.pks) { bits.append((24, "PKS")) }
    ofCR4 = bits
  }

  package var cr4: UInt64 { Self.value(ofCR4) }
  package static let efer: UInt64 = value(ofEFER)

  /// The bits by name, lowest first.
  package var cr4Names: String { Self.names(ofCR4) }
  package static let eferNames = names(ofEFER)

  private static func value(_ bits: [Bit]) -> UInt64 { bits.reduce(0) { $0 | 1 << $1.bit } }
  private static func names(_ bits: [Bit]) -> String { bits.map(\.name).joined(separator: " ") }
}
