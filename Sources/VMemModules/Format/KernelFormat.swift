package import VMem
internal import VMemViews

/// The kernel's printf. Conversions, flags and the letters behind `%p` are those of
/// `Documentation/core-api/printk-formats.rst`; where the kernel's differ from C's, the kernel's
/// count. Folded addresses come out as the kernel's, in `%p` and in hexadecimal numbers of 64 bits.
///
/// The corresponding kernel function is `vsnprintf`.
package struct KernelFormat<Memory: FormatMemory> {
  let memory: Memory
  let hash: PointerHash
  /// Names of page flags, and of those of allocations.
  let pageFlags: FlagTable
  let gfpFlags: FlagTable
  /// How many `%pV` this format lies in.
  var depth = 0

  /// - Parameters:
  ///   - seed: makes the key that hashes pointers, as it does in the machine's views.
  ///   - pageFlags: the flags that `struct page` has.
  ///   - switches: the kernel's, by which flags of allocations have their names.
  package init(
    memory: Memory, seed: UInt64, pageFlags: PageFlagNames, switches: Switches = []
  ) {
    self.memory = memory
    hash = PointerHash(seed: seed)
    self.pageFlags = FlagNames.page(pageFlags)
    gfpFlags = GFP.table(switches)
  }

  /// Appends what `format` makes of the arguments. At a conversion that the kernel does not have the
  /// output ends.
  ///
  /// - Throws: `BadPointer` for a text or structure that is not mapped. NULL, addresses in the first
  ///   page and error pointers are not: they are shown as "(null)" and "(efault)".
  package func append(
    _ format: [UInt8], _ arguments: inout some ArgumentSource, to output: inout FormatOutput
  ) throws(BadPointer) {
    var reader = FormatReader(format)
    while !reader.isAtEnd, output.refused == nil {
      output.append(reader.literal())
      guard !reader.isAtEnd else { return }
      reader.skip()
      var specification = FormatSpecification()
      try decode(&specification, &reader, &arguments)
      try convert(&reader, specification, &arguments, &output)
    }
  }

  private func decode(
    _ specification: inout FormatSpecification, _ reader: inout FormatReader,
    _ arguments: inout some ArgumentSource
  ) throws(BadPointer) {
    specification.flags = reader.flags()
    if reader.isAtDigit {
      specification.setWidth(reader.number())
    } else if reader.byte == UInt8(ascii: "*") {
      reader.skip()
      specification.setWidth(Int32(truncatingIfNeeded: try arguments.next()))
    }
    if reader.byte == UInt8(ascii: ".") {
      reader.skip()
      if reader.isAtDigit {
        specification.setPrecision(reader.number())
      } else if reader.byte == UInt8(ascii: "*") {
        reader.skip()
        specification.setPrecision(Int32(truncatingIfNeeded: try arguments.next()))
      }
    }
    specification.length = reader.length()
  }

  private func convert(
    _ reader: inout FormatReader, _ specification: FormatSpecification,
    _ arguments: inout some ArgumentSource, _ output: inout FormatOutput
  ) throws(BadPointer) {
    let letter = reader.byte
    reader.skip()
    switch letter {
    case UInt8(ascii: "%"):
      output.append(letter)
    case UInt8(ascii: "c"):
      var specification = specification
      specification.precision = -1
      output.text(CollectionOfOne(UInt8(truncatingIfNeeded: try arguments.next())), specification)
    case UInt8(ascii: "s"):
      try string(at: try arguments.next(), specification, &output)
    case UInt8(ascii: "p"):
      let letters = reader.extensionLetters()
      try pointer(try arguments.next(), letters, specification, &output)
    default:
      guard let numeric = Self.numeric(letter, specification) else {
        output.refused = letter
        return
      }
      var value = numeric.value(try arguments.next())
      if numeric.base == 16 && numeric.length == .long { value = memory.unfolded(value) }
      output.number(value, numeric)
    }
  }

  private static func numeric(
    _ letter: UInt8, _ specification: FormatSpecification
  ) -> FormatSpecification? {
    var specification = specification
    switch letter {
    case UInt8(ascii: "d"), UInt8(ascii: "i"): specification.flags.insert(.signed)
    case UInt8(ascii: "u"): break
    case UInt8(ascii: "o"): specification.base = 8
    case UInt8(ascii: "X"): specification.base = 16
    case UInt8(ascii: "x"):
      specification.base = 16
      specification.flags.insert(.small)
    default: return nil
    }
    return specification
  }

  private func string(
    at address: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) throws(BadPointer) {
    guard Self.isReadable(address, specification, &output) else { return }
    let limit = specification.precision < 0 ? Int.max : specification.precision
    output.text(try memory.string(at: address, limit: limit), specification)
  }

  /// Whether a pointer can be followed; says instead why not (`check_pointer`).
  static func isReadable(
    _ address: UInt64, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) -> Bool {
    if address == 0 {
      complain("(null)", specification, &output)
    } else if address < 4096 || isErrorPointer(address) {
      complain("(efault)", specification, &output)
    } else {
      return true
    }
    return false
  }

  /// What stands for something that cannot be shown (`error_string`).
  static func complain(
    _ text: String, _ specification: FormatSpecification, _ output: inout FormatOutput
  ) {
    var specification = specification
    if specification.precision == -1 { specification.precision = 16 }
    output.text(text, specification)
  }

  static func isErrorPointer(_ address: UInt64) -> Bool {
    address >= UInt64(bitPattern: -4095)
  }
}
