public import VMem

extension Views {
  /// One line for each invariant that does not hold: what is wrong, and the values that show it.
  public static func violations(_ violations: [Violation], to output: inout ViewOutput) {
    for violation in violations {
      if output.isJSON {
        output.beginObject()
        output.field("what", literal: violation.what)
        output.field("a", address: violation.a)
        output.field("b", address: violation.b)
        output.endObject()
        continue
      }
      output.writer.write(violation.what)
      output.writer.write(": 0x")
      output.writer.hex(violation.a)
      output.writer.write(", 0x")
      output.writer.hex(violation.b)
      output.endLine()
    }
  }
}
