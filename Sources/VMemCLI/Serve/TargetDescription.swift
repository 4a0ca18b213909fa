internal import VMem

/// The documents that gdb asks a target for.
enum TargetDescription {
  /// `target.xml`: an x86-64 CPU with the system registers that QEMU's have.
  static let features: String = {
    var text = """
      <?xml version="1.0"?>
      <!DOCTYPE target SYSTEM "gdb-target.dtd">
      <target version="1.0">
      <architecture>i386:x86-64</architecture>
      <feature name="org.gnu.gdb.i386.core">
      <flags id="i386_eflags" size="4">

      """
    let flags = [
      ("CF", 0), ("PF", 2), ("AF", 4), ("ZF", 6), ("SF", 7), ("TF", 8), ("IF", 9), ("DF", 10),
      ("OF", 11), ("NT", 14), ("RF", 16), ("VM", 17), ("AC", 18), ("VIF", 19), ("VIP", 20),
      ("ID", 21),
    ]
    text += fields(flags) + "</flags>\n"
    for register in Register.all where !isVector(register) { text += line(register) }
    text += """
      </feature>
      <feature name="org.gnu.gdb.i386.sse">
      <vector id="v4f" type="ieee_single" count="4"/>
      <vector id="v2d" type="ieee_double" count="2"/>
      <vector id="v16i8" type="int8" count="16"/>
      <vector id="v8i16" type="int16" count="8"/>
      <vector id="v4i32" type="int32" count="4"/>
      <vector id="v2i64" type="int64" count="2"/>
      <union id="vec128">

      """
    let views = [
      ("v4_float", "v4f"), ("v2_double", "v2d"), ("v16_int8", "v16i8"), ("v8_int16", "v8i16"),
      ("v4_int32", "v4i32"), ("v2_int64", "v2i64"), ("uint128", "uint128"),
    ]
    for (name, type) in views { text += "<field name=\"\(name)\" type=\"\(type)\"/>\n" }
    text += "</union>\n<flags id=\"i386_mxcsr\" size=\"4\">\n"
    let controls = [
      ("IE", 0), ("DE", 1), ("ZE", 2), ("OE", 3), ("UE", 4), ("PE", 5), ("DAZ", 6), ("IM", 7),
      ("DM", 8), ("ZM", 9), ("OM", 10), ("UM", 11), ("PM", 12), ("FZ", 15),
    ]
    text += fields(controls) + "</flags>\n"
    for register in Register.all where isVector(register) { text += line(register) }
    return text + "</feature>\n</target>\n"
  }()

  private static func isVector(_ register: Register) -> Bool {
    register.bits == 128 || register.name == "mxcsr"
  }

  private static func fields(_ fields: [(String, Int)]) -> String {
    fields.map { "<field name=\"\($0)\" start=\"\($1)\" end=\"\($1)\"/>\n" }.joined()
  }

  private static func line(_ register: Register) -> String {
    let group = register.group.isEmpty ? "" : " group=\"\(register.group)\""
    return "<reg name=\"\(register.name)\" bitsize=\"\(register.bits)\" "
      + "type=\"\(register.type)\"\(group)/>\n"
  }

  /// `memory-map`: both halves of the addresses that there can be. What is mapped in them changes.
  static func memoryMap(_ map: AddressMap) -> String {
    let half: UInt64 = map.levels == 5 ? 1 << 56 : 1 << 47
    let lines = [(0 as UInt64, half), (~half &+ 1, half)].map {
      "<memory type=\"ram\" start=\"0x\(Hex.number($0))\" length=\"0x\(Hex.number($1))\"/>\n"
    }
    return """
      <?xml version="1.0"?>
      <!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" \
      "http://sourceware.org/gdb/gdb-memory-map.dtd">
      <memory-map>
      \(lines.joined())</memory-map>

      """
  }

  /// A part of a document as `qXfer` answers it.
  static func part(_ document: String, _ offset: UInt64, _ count: UInt64) -> [UInt8] {
    let bytes = Array(document.utf8)
    let from = Int(min(offset, UInt64(bytes.count)))
    let to =
      from + Int(min(count, UInt64(bytes.count - from), UInt64(PacketStream.maximumSize / 2)))
    return [UInt8(ascii: to == bytes.count ? "l" : "m")] + bytes[from..<to]
  }
}
