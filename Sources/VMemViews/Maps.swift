public import VMem

extension Views {
  /// `/proc/PID/maps`: a row for each mapping. The corresponding kernel function is `show_map_vma`.
  public static func maps(_ mappings: [UserMapping], to output: inout ViewOutput) {
    for mapping in mappings {
      let flags = mapping.flags
      let rights =
        (flags.contains(.read) ? "r" : "-") + (flags.contains(.write) ? "w" : "-")
        + (flags.contains(.exec) ? "x" : "-") + (flags.contains(.shared) ? "s" : "p")
      if output.isJSON {
        output.beginObject()
        output.field("start", address: mapping.start)
        output.field("end", address: mapping.end)
        output.field("rights", text: rights)
        output.field("offset", address: UInt64(mapping.offset) << 12)
        output.field("vm_flags", address: UInt64(flags.rawValue))
        output.endObject()
        continue
      }
      var row = "\(eight(mapping.start))-\(eight(mapping.end)) \(rights) "
      row += "\(eight(UInt64(mapping.offset) << 12)) 00:06 1 "
      row += String(repeating: " ", count: max(0, 73 - row.utf8.count))
      output.writer.write(row + "/dev/vmemctl")
      output.endLine()
    }
  }

  /// Hexadecimal with eight digits at least.
  private static func eight(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }
}
