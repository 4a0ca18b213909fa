internal import VMem

extension Quiz {
  /// Accesses of a program to memory of its own: how many fault?
  mutating func askFaults(_ random: inout QuizRandom) {
    lines = ["boot --memory 32M", "@m = mm_create", "@switch_mm m", "@u = mmap m 32K"]
    var accesses: [(page: Int, writes: Bool)] = []
    for _ in 0..<random.pick(7...14) {
      accesses.append((random.pick(0...4), random.pick(0...1) == 1))
    }
    for access in accesses {
      let place = "u+\(access.page * 4)K"
      lines.append(access.writes ? "@write \(place) text:x" : "@read \(place) 1")
    }
    question = "How many page faults do the \(accesses.count) accesses of the program cause?"
    counter = { $0.faults }
    steps = { _, answer in
      var pages: [Int: Bool] = [:]
      let rows = accesses.map { access in
        let place = "  \(access.writes ? "write" : "read") u+\(access.page * 4)K: "
        let before = pages[access.page]
        pages[access.page] = (before ?? false) || access.writes
        switch (before, access.writes) {
        case (nil, true): return place + "fault, a page of its own"
        case (nil, false): return place + "fault, the page of zeroes, read-only"
        case (false?, true): return place + "fault: read-only, so a page of its own"
        default: return place + "no fault"
        }
      }
      return rows + ["\(answer) faults."]
    }
    let touched = UInt64(Set(accesses.map(\.page)).count)
    let all = UInt64(accesses.count)
    mistakes = { _ in
      [
        (touched, "a page that was only read so far is read-only: what does its first write do?"),
        (all, "not every access faults"),
      ]
    }
    hint = "for each page: its first access faults, and the first write behind reads does again"
  }
}
