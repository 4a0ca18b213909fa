extension Quiz {
  /// Free runs of an arena: where does it put pages?
  mutating func askArena(_ random: inout QuizRandom) {
    let base: UInt64 = 0x1000_0000_0000
    let counts = (0..<random.pick(4...6)).map { _ in random.pick(1...6) }
    lines = ["boot --memory 32M", "@a = arena_create 64 --map-extra \(Self.hex(base))"]
    for (index, count) in counts.enumerated() {
      lines.append("@p\(index) = arena_alloc_pages a \(count)")
    }
    for index in random.shuffled(Array(0..<counts.count - 1)).prefix(random.pick(1...3)) {
      lines.append("@arena_free_pages a p\(index) \(counts[index])")
    }
    let wanted = random.pick(1...7)
    question =
      "The arena's pages are those of \(Self.hex(base)) to \(Self.hex(base + 64 << 12)). Which address "
      + "does `arena_alloc_pages a \(wanted)` answer?"
    isAddress = true
    probe = ["arena_info a", "x = arena_alloc_pages a \(wanted)"]
    let shown = lines.dropFirst(2).map { "  " + $0.dropFirst() }
    steps = { _, answer in
      ["Runs of free pages that touch become one. What has happened:"] + shown
        + [
          "Of the runs that have \(wanted) pages the shortest is taken, of equal ones the one that was "
            + "entered last, and its lowest pages: \(Self.hex(answer))."
        ]
    }
    let behind = base + UInt64(counts.reduce(0, +)) << 12
    mistakes = { _ in
      [
        (behind, "a shorter run has room"),
        (base, "that is not the shortest run with room, or it is not free"),
      ]
    }
    hint = "the shortest free run with room is taken; frees that touch a free run make it longer"
  }
}
