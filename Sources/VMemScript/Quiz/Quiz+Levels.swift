internal import VMem

extension Quiz {
  /// Tables that mapping a range needs, when another range has some of them already.
  mutating func askLevels(_ random: inout QuizRandom) {
    let levels = random.pick([4, 5])
    let window: UInt64 = levels == 4 ? 0xffff_c900_0000_0000 : 0xffa0_0000_0000_0000
    // Around a border of a pud entry, so that every level counts.
    let border = window + UInt64(random.pick(1...900)) << 30
    let first = border - UInt64(random.pick(0...3)) << 21 - UInt64(random.pick(0...511)) << 12
    let pages = random.pick([1, random.pick(2...600), random.pick(600...3000)])
    let distance = Int64(random.pick([-1500, -40, 3, 700, 40_000]) * 4096)
    let second = first &+ UInt64(bitPattern: distance)
    let more = random.pick(1...1500)
    func range(_ start: UInt64, _ pages: Int) -> String { "\(Self.hex(start))..+\(pages * 4)K" }
    lines = ["boot --memory 64M --levels \(levels)", "@populate \(range(first, pages))"]
    question =
      "Tables for \(range(first, pages)) are there. How many page tables, of all levels, does "
      + "`populate \(range(second, more))` add?"
    probe = ["@populate \(range(second, more))"]
    counter = { $0.counters.tables.reduce(0, +) }
    let end = second + UInt64(more) << 12
    func parts(_ shift: UInt64) -> UInt64 { (end - 1) >> shift - second >> shift + 1 }
    steps = { _, answer in
      [
        "A pte table translates 2 MiB, a pmd table 1 GiB, a pud table 512 GiB.",
        "The new range lies in \(parts(21)) parts of 2 MiB and \(parts(30)) of 1 GiB; a range that "
          + "does not start at a border can touch one part more than its size says.",
        "Those parts that \(range(first, pages)) lies in have their tables; of the top tables of the "
          + "vmalloc window boot has made one level.",
        "That leaves \(answer).",
      ]
    }
    mistakes = { _ in
      [
        (parts(21), "that counts parts of 2 MiB: which of them have a table, and what is above?"),
        (parts(21) + parts(30), "some of these tables are there already"),
        (UInt64((more + 511) / 512), "a range need not begin where a table does"),
      ]
    }
    hint = "count the parts of 2 MiB and of 1 GiB that the range touches, less those that are there"
  }
}
