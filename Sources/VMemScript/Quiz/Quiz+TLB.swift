internal import VMem

extension Quiz {
  /// Reads through a small TLB: how many does it serve?
  mutating func askTLB(_ random: inout QuizRandom) {
    lines = ["boot --memory 32M --tlb 12", "@v = vmalloc 128K"]
    let few = random.shuffled(Array(0..<32)).prefix(random.pick(3...5))
    let clash = few.map { ($0 + 8) % 32 }
    var pages: [Int] = []
    for _ in 0..<random.pick(8...14) { pages.append(random.pick(Array(few) + clash)) }
    for page in pages { lines.append("@read v+\(page * 4)K 1") }
    question =
      "The TLB has 8 entries for pages of 4 KiB, each page in the one that the last three bits of its "
      + "number name. How many of the \(pages.count) reads does it serve?"
    counter = { $0.tlbHits }
    steps = { _, answer in
      var slots = [Int?](repeating: nil, count: 8)
      let rows = pages.map { page in
        let isHit = slots[page % 8] == page
        slots[page % 8] = page
        return "  v+\(page * 4)K: entry \(page % 8), \(isHit ? "hit" : "miss")"
      }
      return rows + ["\(answer) hits."]
    }
    let total = UInt64(pages.count)
    let distinct = UInt64(Set(pages).count)
    var slots = [Int?](repeating: nil, count: 8)
    var hits: UInt64 = 0
    for page in pages {
      if slots[page % 8] == page { hits += 1 }
      slots[page % 8] = page
    }
    let misses = total - hits
    mistakes = { _ in
      [
        (misses, "that is the number of misses"),
        (total - distinct, "pages of one entry push each other out"),
      ]
    }
    hint = "go through the reads one by one, and note which page each entry has"
  }
}
