extension Quiz {
  /// Pages that are mapped after some mapping and unmapping.
  mutating func askSparse(_ random: inout QuizRandom) {
    lines = [
      "boot --memory 32M", "@P = alloc_pages 16", "@s = get_vm_area 128K --flags sparse",
    ]
    var mapped = [Bool](repeating: false, count: 32)
    var calls = 0
    for _ in 0..<random.pick(5...9) {
      let (first, count) = (random.pick(0...27), random.pick(1...5))
      let range = "s+\(first * 4)K..s+\((first + count) * 4)K"
      if mapped[first..<first + count].contains(true) {
        lines.append("@vm_area_unmap_pages s \(range)")
        for page in first..<first + count { mapped[page] = false }
      } else {
        lines.append("@vm_area_map_pages s \(range) P[0..\(count)]")
        for page in first..<first + count { mapped[page] = true }
        calls += count
      }
    }
    question = "How many pages of the area s are mapped in the end?"
    probe = ["page_tables --range s..s+128K --format count"]
    read = { $0.last?.split(separator: "=").last.flatMap { Self.number($0) } }
    let shown = lines.dropFirst(3).map { "  " + $0.dropFirst() }
    steps = { _, answer in
      ["Line by line; unmapping what is not mapped does nothing:"] + shown
        + ["\(answer) pages are left."]
    }
    let made = UInt64(calls)
    mistakes = { _ in
      [(made, "that counts all that were ever mapped"), (16, "that is the number of pages of P")]
    }
    hint =
      "an unmapping takes away every page of its range, whoever has mapped it, and holes stay holes"
  }
}
