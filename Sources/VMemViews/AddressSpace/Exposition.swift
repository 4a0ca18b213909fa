/// The text format of metrics that Prometheus reads, version 0.0.4: of each family its HELP, its TYPE
/// and all of its samples, together.
struct Exposition: ~Copyable {
  private var writer = ByteWriter(descriptor: nil)
  private var family: StaticString = ""

  /// Begins a family. Its name ends with the unit, in base units: bytes, or a ratio.
  mutating func begin(_ name: StaticString, _ type: StaticString, _ help: StaticString) {
    family = name
    writer.write("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
  }

  /// A sample of the family.
  mutating func sample(_ labels: [(name: StaticString, value: String)], _ value: String) {
    writer.write(family)
    if !labels.isEmpty {
      writer.write(byte: 0x7b)
      for (at, label) in labels.enumerated() {
        if at > 0 { writer.write(byte: 0x2c) }
        writer.write(label.name)
        writer.write("=\"")
        writer.write(Self.escaped(label.value))
        writer.write(byte: 0x22)
      }
      writer.write(byte: 0x7d)
    }
    writer.write(" \(value)\n")
  }

  mutating func takeBytes() -> [UInt8] { writer.takeBytes() }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x5c, 0x0a].contains($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
