internal import VMem

/// Physical memory behind a machine's RAM that exists in its dumps only: the kernel's image, and the
/// objects that the kernel keeps in slabs, in its own layout.
///
/// It begins at the next multiple of 2 MiB behind RAM, and at 16 MiB at least. The image lies at its start, where its text mapping
/// shows it; objects follow, by their addresses in the direct map.
struct KernelMemory {
  let image: KernelImage
  let map: AddressMap
  /// Physical address of the first byte.
  let base: UInt64
  var words: [UInt64]

  init(_ image: KernelImage, _ machine: borrowing Machine) {
    self.image = image
    map = machine.map
    // Below the image's own offset `phys_base` would be negative.
    let end = max(UInt64(machine.ram.frameCount) << 12, KernelImage.textOffset)
    base = (end + 0x1f_ffff) & ~0x1f_ffff
    words = [UInt64](repeating: 0, count: Int(image.end - KernelImage.start) / 8)
    // Functions are empty, as in `vmlinux`: nop. An int3 would be a breakpoint to a debugger.
    let text = Int(image.sections[.initText]!.upperBound - KernelImage.start) / 8
    for index in 0..<text { words[index] = 0x9090_9090_9090_9090 }
  }

  /// Bytes so far: whole words.
  var size: Int { words.count * 8 }

  /// What the kernel adds to a place in its image to get a physical address, less the start of the
  /// text mapping (`phys_base`).
  var physBase: UInt64 { base - KernelImage.textOffset }

  /// The address of the first byte in the direct map.
  var start: UInt64 { map.pageOffset + base }

  /// Physical address of something in the image or of an object.
  func physical(_ address: UInt64) -> UInt64 { base + UInt64(offset(address)) }

  private func offset(_ address: UInt64) -> Int {
    Int(address >= KernelImage.start ? address - KernelImage.start : address - start)
  }

  /// The place in `words` of something at a multiple of 8.
  func wordIndex(_ address: UInt64) -> Int { offset(address) >> 3 }

  /// Room for an object, zeroed: its address in the direct map.
  mutating func allocate(bytes: Int, alignment: Int = 8) -> UInt64 {
    let at = (size + alignment - 1) / alignment * alignment
    words += repeatElement(0, count: (at + bytes + 7) / 8 - words.count)
    return start + UInt64(at)
  }

  /// Room for structures one after the other.
  mutating func allocate(_ structure: String, count: Int = 1) -> UInt64 {
    allocate(bytes: image.table.size(structure) * count, alignment: 64)
  }

  // MARK: Values

  /// Stores the low bytes of a value at an address.
  mutating func store(_ value: UInt64, at address: UInt64, size: Int = 8) {
    let place = offset(address)
    let first = place & 7
    if first + size <= 8 {
      let mask = (UInt64.max >> UInt64(64 - size * 8)) << UInt64(first * 8)
      words[place >> 3] = words[place >> 3] & ~mask | value << UInt64(first * 8) & mask
      return
    }
    for byte in 0..<size {
      let shift = UInt64((place + byte) & 7) * 8
      words[(place + byte) >> 3] &= ~(0xff << shift)
      words[(place + byte) >> 3] |= (value >> UInt64(byte * 8) & 0xff) << shift
    }
  }

  func load(at address: UInt64) -> UInt64 { words[wordIndex(address)] }

  mutating func store(_ value: UInt64, at address: UInt64, _ field: TypeTable.Field) {
    store(value, at: address + UInt64(field.offset), size: field.size)
  }

  mutating func store(_ bytes: [UInt8], at address: UInt64) {
    for (index, byte) in bytes.enumerated() {
      store(UInt64(byte), at: address + UInt64(index), size: 1)
    }
  }

  /// A text with a NUL behind it, in room of its own.
  mutating func text(_ bytes: [UInt8]) -> UInt64 {
    let address = allocate(bytes: bytes.count + 1)
    store(bytes, at: address)
    return address
  }

  /// Stores a value in a variable or a member of one: "init_mm.pgd", "node_states[1]".
  ///
  /// - Parameter distance: bytes from the image's variable to a CPU's own.
  mutating func set(_ path: String, _ value: UInt64, distance: UInt64 = 0) {
    let (address, field) = place(path)
    store(value, at: address &+ distance, size: field.size)
  }

  /// The address of a variable or of a member of one.
  func address(_ path: String) -> UInt64 { place(path).address }

  private func place(_ path: String) -> (address: UInt64, field: TypeTable.Field) {
    let name = path.prefix { $0 != "." && $0 != "[" }
    guard let place = image.places.first(where: { $0.name == name }), let type = place.type else {
      preconditionFailure("no variable \(name)")
    }
    let rest = path.dropFirst(name.count)
    let field = image.table.findField(in: type, rest.hasPrefix(".") ? String(rest.dropFirst()) : "")
    if rest.isEmpty || rest.hasPrefix(".") {
      guard let field else { preconditionFailure("no \(path)") }
      return (place.address + UInt64(field.offset), field)
    }
    guard case .array(let element, _) = image.table.types[image.table.resolved(type)].kind,
      let index = Int(rest.dropFirst().prefix { $0 != "]" }),
      let inner = image.table.findField(
        in: element, String(rest.drop { $0 != "]" }.dropFirst().drop { $0 == "." }))
    else { preconditionFailure("no \(path)") }
    let at = index * image.table.types[element].size + inner.offset
    return (place.address + UInt64(at), inner)
  }

  // MARK: Lists

  /// Makes a `list_head` the head of a list of `list_head`s, in their order; without members it
  /// points at itself.
  mutating func link(_ head: UInt64, _ members: [UInt64]) {
    var last = head
    for member in members {
      store(member, at: last)
      store(last, at: member + 8)
      last = member
    }
    store(head, at: last)
    store(last, at: head + 8)
  }

  /// Makes an `hlist_head` the head of a list of one `hlist_node`.
  mutating func link(_ head: UInt64, only node: UInt64) {
    store(node, at: head)
    store(head, at: node + 8)
  }

  /// Makes an `rb_root` the root of a balanced red-black tree of `rb_node`s that ascend: black but for
  /// the nodes of a last row.
  mutating func tree(_ root: UInt64, _ nodes: [UInt64]) {
    guard !nodes.isEmpty else { return }
    let last = Int.bitWidth - 1 - nodes.count.leadingZeroBitCount
    let top = subtree(nodes[...], parent: 0, depth: 0, last)
    store(top, at: root)
  }

  private mutating func subtree(
    _ nodes: ArraySlice<UInt64>, parent: UInt64, depth: Int, _ last: Int
  ) -> UInt64 {
    guard !nodes.isEmpty else { return 0 }
    let middle = nodes.startIndex + nodes.count / 2
    let node = nodes[middle]
    let isBlack = depth < last || depth == 0
    store(parent | (isBlack ? 1 : 0), at: node)
    let right = subtree(nodes[(middle + 1)...], parent: node, depth: depth + 1, last)
    let left = subtree(nodes[..<middle], parent: node, depth: depth + 1, last)
    store(right, at: node + 8)
    store(left, at: node + 16)
    return node
  }
}
