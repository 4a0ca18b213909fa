extension Quiz {
  /// Holes between areas: which one does a new area get?
  mutating func askFit(_ random: inout QuizRandom) {
    let count = random.pick(6...9)
    let sizes = (0..<count).map { _ in random.pick(1...9) }
    lines = ["boot --memory 32M"]
    for (index, size) in sizes.enumerated() {
      lines.append("@a\(index) = get_vm_area \(size * 4)K")
    }
    for index in random.shuffled(Array(0..<count - 1)).prefix(random.pick(2...4)) {
      lines.append("@free_vm_area a\(index)")
    }
    lines.append("@vm_unmap_aliases")
    let wanted = random.pick(1...9)
    question = "Which address does `get_vm_area \(wanted * 4)K` get?"
    isAddress = true
    probe = ["vmap_state", "x = get_vm_area \(wanted * 4)K"]
    func holes(_ output: [String]) -> [(start: UInt64, pages: UInt64)] {
      output.compactMap { row in
        let words = row.split(separator: " ")
        guard words.count == 3, words[0] == "free", let start = Self.number(words[1]),
          let end = Self.number(words[2]), end > 0xffff_c900_0000_0000
        else { return nil }
        let first = max(start, 0xffff_c900_0000_0000)
        return (first, (end - first) >> 12)
      }
    }
    steps = { output, answer in
      [
        "An area of \(wanted) pages takes \(wanted + 1): its guard page comes behind it. Holes, "
          + "lowest first:"
      ]
        + holes(output).prefix(6).map {
          "  \(Self.hex($0.start)): " + ($0.pages < 1 << 20 ? "\($0.pages) pages" : "the rest")
        }
        + ["The lowest one with room: \(Self.hex(answer))."]
    }
    mistakes = { output in
      let free = holes(output)
      var known: [(UInt64, String)] = []
      if let first = free.first {
        known.append((first.start, "that hole is too small"))
      }
      for hole in free where hole.pages == UInt64(wanted) {
        known.append((hole.start, "there is no room for the guard page behind it"))
      }
      if let last = free.last { known.append((last.start, "there is a lower one")) }
      return known
    }
    hint =
      "the kernel takes the lowest hole that has room for the area and its guard page"
  }
}
