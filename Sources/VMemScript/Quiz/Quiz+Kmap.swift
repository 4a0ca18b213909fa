extension Quiz {
  /// High memory in the slots of kmap: which address does a page get?
  mutating func askKmap(_ random: inout QuizRandom) {
    lines = [
      "boot --memory 32M --highmem 8M", "@H = alloc_pages 8 --zone highmem", "@P = alloc_pages 1",
    ]
    var users = [Int](repeating: 0, count: 8)
    var slots: [Int: Int] = [:]
    var released = 0
    for _ in 0..<random.pick(5...9) {
      let page = random.pick(0...7)
      if users[page] > 0, random.pick(0...2) == 0 {
        users[page] -= 1
        released += 1
        lines.append("@kunmap H[\(page)]")
      } else {
        users[page] += 1
        slots[page] = slots[page] ?? slots.count + 1
        lines.append("@kmap H[\(page)]")
      }
      if random.pick(0...6) == 0 { lines.append("@kmap P[0]") }
    }
    let wanted = random.pick(0...7)
    let base: UInt64 = 0xffff_ffff_ff80_0000
    question =
      "The window of kmap begins at \(Self.hex(base)). Which address does `kmap H[\(wanted)]` answer?"
    isAddress = true
    probe = ["kmap H[\(wanted)]"]
    let known = slots[wanted]
    let used = slots.count
    steps = { _, answer in
      [
        "The first slot ever used is 1; a page that has a slot keeps it, and without users until the "
          + "next flush of all; pages of low memory take none.",
        known == nil
          ? "\(used) pages have had slots, so H[\(wanted)] gets slot \(used + 1)."
          : "H[\(wanted)] has slot \(known ?? 0) already.",
        "Slots are 4 KiB apart: \(Self.hex(answer)).",
      ]
    }
    let next = base + UInt64(used + 1) << 12
    mistakes = { _ in
      [
        (base, "slot 0 is the last one to be used, not the first"),
        (next - 4096, "the first slot ever used is 1"),
        (next, "the page has a slot: kunmap does not take it away"),
        (base + UInt64(max(0, used - released) + 1) << 12, "a slot without users is not free yet"),
      ]
    }
    hint = "the cursor goes up by one for each page that has no slot yet"
  }
}
