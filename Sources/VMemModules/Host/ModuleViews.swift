package import VMemViews

/// A cache in the list of caches.
package struct SlabSummary {
  let name: String
  let active: Int
  let total: Int
  let objectSize: UInt64
  let perSlab: UInt64
  let pages: Int

  /// A line as `/proc/slabinfo` has it, up to the pages of a slab.
  package func write(to output: inout ViewOutput) {
    guard output.isJSON else {
      output.writer.write(name + String(repeating: " ", count: max(1, 18 - name.utf8.count)))
      output.writer.write("\(active) \(total) \(objectSize) \(perSlab) \(pages)")
      return output.endLine()
    }
    output.beginObject()
    output.field("name", text: name)
    output.field("active_objs", count: UInt64(active))
    output.field("num_objs", count: UInt64(total))
    output.field("objsize", count: objectSize)
    output.field("objperslab", count: perSlab)
    output.field("pagesperslab", count: UInt64(pages))
    output.endObject()
  }
}

extension ModuleHost {
  /// The caches that have slabs, and those of modules.
  package var slabSummaries: [SlabSummary] {
    slab.caches.filter { !$0.slabs.isEmpty || !$0.module.isEmpty }.map {
      SlabSummary(
        name: $0.name, active: $0.active, total: $0.slabs.count * Int($0.perSlab),
        objectSize: $0.objectSize, perSlab: $0.perSlab, pages: 1 << Int($0.order))
    }
  }
}

extension LoadedModule {
  /// A line as lsmod has it; with `isVerbose` its parameters and texts as well.
  package func write(isVerbose: Bool, _ host: ModuleHost, to output: inout ViewOutput) {
    guard output.isJSON else {
      let pad = String(repeating: " ", count: max(1, 20 - name.utf8.count))
      let bytes = String(size)
      output.writer.write(
        name + pad + String(repeating: " ", count: max(0, 8 - bytes.count)) + bytes)
      let isKept = state == .live && isPermanent
      let names = users + (isKept ? ["[permanent]"] : [])
      let count = users.count + host.ownUses(of: self)
      output.writer.write("  \(count) \(names.joined(separator: ","))")
      if state != .live { output.writer.write(" \(state.rawValue)") }
      if state == .live, hasOopsed { output.writer.write(" (oops)") }
      output.endLine()
      if isVerbose { writeFacts(host, to: &output) }
      return
    }
    output.beginObject()
    output.field("name", text: name)
    output.field("size", count: size)
    output.field("users", text: users.joined(separator: ","))
    output.field("state", text: state.rawValue)
    output.field("oops", flag: hasOopsed)
    output.endObject()
  }

  private func writeFacts(_ host: ModuleHost, to output: inout ViewOutput) {
    for (tag, text) in information where tag != "parm" {
      output.writer.write("  \(tag): \(text.printable)")
      output.endLine()
    }
    for parameter in parameters {
      let name = String(decoding: parameter.declaration.name, as: UTF8.self)
      let about = information.first { $0.tag == "parm" && $0.text.hasPrefix(name + ":") }?.text
      let value = host.text(of: parameter).map { "=\($0.printable)" } ?? ""
      output.writer.write("  \(name)\(value) (\(parameter.declaration.kind))")
      if let about { output.writer.write(" " + about.dropFirst(name.count + 1)) }
      output.endLine()
    }
  }
}
