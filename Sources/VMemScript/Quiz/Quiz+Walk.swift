internal import VMem

extension Quiz {
  /// Pages of a sparse area in an order of their own: where does an address lead?
  mutating func askWalk(_ random: inout QuizRandom) {
    let pages = random.pick(4...8)
    let slots = random.shuffled(Array(0..<1024)).prefix(pages)
    let wanted = random.pick(Array(slots))
    let offset = random.pick(1...4094)
    lines = ["boot --memory 32M", "@P = alloc_pages \(pages)"]
    lines.append("@s = get_vm_area 4M --flags sparse")
    for (slot, page) in zip(slots, random.shuffled(Array(0..<pages))) {
      lines.append("@vm_area_map_pages s s+\(slot * 4)K..s+\(slot * 4 + 4)K P[\(page)]")
    }
    let place = slots.count
    let distance = wanted * 4096 + offset
    let start: UInt64 = 0xffff_c900_0000_0000
    let address = start + UInt64(distance)
    question =
      "The area s begins at \(Self.hex(start)) and has \(place) pages. To which physical address does "
      + "\(Self.hex(address)) lead?"
    isAddress = true
    let others = slots.filter { $0 != wanted }
    probe =
      others.map { "vmalloc_to_pfn s+\($0 * 4)K" }
      + ["walk s+\(distance)", "vmalloc_to_pfn s+\(distance)"]
    let low = UInt64(offset)
    read = { output in output.last.flatMap { Self.number($0) }.map { $0 << 12 | low } }
    steps = { output, answer in
      let index = { (depth: Int) in Level.index(of: address, depth: depth) }
      // CR3, the cut address in two lines, the TLB, and what the tables say.
      let walk = output.dropFirst(others.count).dropLast()
      return [
        "Cut the address: pgd \(index(4)), pud \(index(3)), pmd \(index(2)), pte \(index(1)), "
          + "offset \(Self.hex(low)).",
        "Each entry has the frame of the next table in bits 12 to 51; CR3 has that of the first:",
      ]
        + (walk.prefix(1) + walk.dropFirst(4)).map { "  " + $0 }
        + ["The last entry has the page's frame; the offset comes behind: \(Self.hex(answer))."]
    }
    mistakes = { output in
      guard let frame = output.last.flatMap({ Self.number($0) }) else { return [] }
      var known: [(UInt64, String)] = [
        (frame << 12, "that is the first byte of the page: where in it is the address?"),
        (frame, "that is the number of a frame, not an address"),
        (address, "that is the virtual address itself"),
      ]
      for other in output.prefix(others.count).compactMap({ Self.number($0) }) {
        known.append(
          (other << 12 | low, "another entry leads there: bits 12 to 20 are the index in the table")
        )
      }
      return known
    }
    nearby = { output, given in
      guard let frame = output.last.flatMap({ Self.number($0) }), given >> 12 == frame else {
        return nil
      }
      return "the page is right: which byte of it do the low 12 bits of the address name?"
    }
    hint = "no entry on the way leads there: which indexes do the bits of the address give?"
  }
}
