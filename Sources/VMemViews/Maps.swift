package import VMem

extension Views {
  /// `/proc/PID/maps`: a row for each mapping. The corresponding kernel function is `show_map_vma`.
  package static func maps(_ mappings: [(UserMapping, MappedFile)], to output: inout ViewOutput) {
    for (mapping, file) in mappings {
      let flags = mapping.flags
      let path =
        file.hostPath.isEmpty ? "\(file.path)" : String(decoding: file.hostPath, as: UTF8.self)
      let rights =
        (flags.contains(.read) ? "r" : "-") + (flags.contains(.write) ? "w" : "-")
        + (flags.contains(.exec) ? "x" : "-") + (flags.contains(.shared) ? "s" : "p")
      // What lies where in memory of the program alone is nobody's business.
      let offset = path.isEmpty ? 0 : mapping.offset << 12
      if output.isJSON {
        output.beginObject()
        output.field("start", address: mapping.start)
        output.field("end", address: mapping.end)
        output.field("rights", text: rights)
        output.field("offset", address: offset)
        output.field("device", literal: file.device)
        output.field("inode", count: file.inode)
        output.field("path", text: path)
        output.field("vm_pgoff", address: mapping.offset)
        output.field("vm_flags", address: UInt64(flags.rawValue))
        output.endObject()
        continue
      }
      var row = "\(eight(mapping.start))-\(eight(mapping.end)) \(rights) "
      row += "\(eight(offset)) \(file.device) \(file.inode) "
      if !path.isEmpty {
        row += String(repeating: " ", count: max(0, 73 - row.utf8.count)) + path.printable
      }
      output.writer.write(row)
      output.endLine()
    }
  }

  /// Hexadecimal with eight digits at least.
  private static func eight(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }
}
