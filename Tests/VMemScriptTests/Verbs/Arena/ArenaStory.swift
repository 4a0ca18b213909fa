import TestSupport

/// The recorded program line by line: what it did, as lines of a script.
///
/// `a` is its arena of 100 pages, others are named where they come. `m` is its address space, `c`
/// that of the child it forks.
enum ArenaStory {
  struct Step: Sendable {
    /// The row as it is written in the recording.
    let row: String
    let lines: String
    /// What the recording would call what the lines have printed.
    let answer: @Sendable ([String]) -> String
  }

  private static func call(_ row: String, _ lines: String) -> Step {
    Step(row: row, lines: lines) { printed in
      let last = printed.last ?? ""
      return last == "0" || last.hasPrefix("0x") ? "ok" : errno(last)
    }
  }

  /// A read of a byte, or an access that ends with a signal.
  private static func touch(_ row: String, _ lines: String) -> Step {
    Step(row: row, lines: lines) { printed in
      let last = printed.last ?? ""
      if last == "0" { return "ok" }
      return last.utf8.count == 2 ? "ok value=0x\(last)" : last
    }
  }

  /// Whether the last line's assertion holds: it prints nothing then.
  private static func ask(_ row: String, _ lines: String) -> Step {
    Step(row: row, lines: lines + "\necho yes") { $0.last ?? "" }
  }

  private static func vmallocinfo(_ row: String, _ lines: String = "") -> Step {
    Step(row: row, lines: lines + "\nvmallocinfo") { printed in
      let rows = printed.filter { $0.contains(" sparse") }
      let texts = rows.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
      let others = texts.filter { $0 != texts[0] }
      guard let text = texts.first else { return "0 sparse rows" }
      if row.hasPrefix("sparse rows with") { return "\(rows.count)" }
      return "\(rows.count) sparse row(s), \(others.count) of another text; "
        + "text after the addresses is: \(text)"
    }
  }

  /// A field that `arena_info` shows.
  private static func info(
    _ row: String, _ arena: String, _ text: @escaping @Sendable ([String: String]) -> String
  )
    -> Step
  {
    Step(row: row, lines: "arena_info \(arena)") {
      text(Fixture.fields($0.prefix(2).joined(separator: " ")))
    }
  }

  private static func number(_ text: String?) -> UInt64 {
    UInt64((text ?? "").dropFirst(2), radix: 16) ?? 0
  }

  static func errno(_ printed: String) -> String {
    printed.hasPrefix("-") ? String(printed.dropFirst()) : printed
  }

  // MARK: What is not played

  static let foreignCounts = [
    attribute: 16, element: 6, descriptor: 6, advice: 6,
  ]

  private static let attribute = "bpf(2) reads its attributes before any map does"
  private static let element =
    "bpf(2) refuses elements of size 0, and the descriptor reads and writes"
  private static let descriptor = "a number of the descriptor, or the same for every arena"
  private static let advice = "madvise, msync and mlock are no verbs"

  /// Why a row is not played; nil for one that is.
  static func whyForeign(_ row: [String]) -> String? {
    let text = row[1]
    if text.hasPrefix("attr: "), !text.hasSuffix("BPF_F_NUMA_NODE(4)") { return attribute }
    let elements = [
      "LOOKUP_ELEM", "UPDATE_ELEM", "DELETE_ELEM", "GET_NEXT_KEY", "read(fd)", "write(fd)",
    ]
    if elements.contains(text) { return element }
    let own = ["max_entries", "map_flags", "map_extra", "frozen"]
    if row[0] == "fdinfo", !own.contains(where: { row[2].hasPrefix($0) }) { return descriptor }
    if row[0] == "fdinfo" { return nil }
    if ["madvise", "msync", "mlock"].contains(where: { text.hasPrefix($0) }) { return advice }
    return nil
  }

  // MARK: What is played

  static let steps: [Step] =
    map + protection + fork + lengths + places + faults + freezing

  private static let map: [Step] = [
    call("attr: numa_node=0 with BPF_F_NUMA_NODE(4)", "x = arena_create 1 --flags 0x404"),
    call("FREEZE", "f = arena_create 4\narena_freeze f"),
    info("OBJ_GET_INFO_BY_FD before mmap", "f") {
      "ok type=33 key_size=0 value_size=0 max_entries=\($0["max_entries"] ?? "") "
        + "flags=\($0["map_flags"] ?? "") map_extra=\($0["map_extra"] ?? "")"
    },
    info("line", "f") { "max_entries: \($0["max_entries"] ?? "")" },
    info("line", "f") { "map_flags: \($0["map_flags"] ?? "")" },
    info("line", "f") { "map_extra: \($0["map_extra"] ?? "")" },
    info("line", "f") { "frozen: \($0["frozen"] ?? "")" },
    vmallocinfo("after create(100)", "arena_free f\na = arena_create 100"),
    call("offset=4096 (fresh arena, no map_extra)", "arena_mmap a --pgoff 1"),
    call("MAP_PRIVATE", "arena_mmap a --private"),
    call("PROT_EXEC", "arena_mmap a --prot rx"),
    call("length 4 GiB + 4096", "arena_mmap a 0x100001000"),
    call("length 0", "arena_mmap a 0"),
    call("first mmap(NULL, full)", "u = arena_mmap a"),
    info("first address: same upper 32 bits at both ends", "a") {
      let (start, end) = (number($0["user_vm_start"]), number($0["user_vm_end"]))
      return start > 0 && start >> 32 == (end - 1) >> 32 ? "yes" : "no"
    },
    call("second mmap(NULL, full) while mapped", "arena_mmap a"),
    call("second mmap, half length", "arena_mmap a 200K"),
    call("second mmap, double length", "arena_mmap a 800K"),
    call("second mmap(other hint address)", "arena_mmap a --at u-1G"),
    call("second mmap(MAP_FIXED other address)", "arena_mmap a --at u-1G --fixed"),
    touch("read first touch page 0", "read u 1"),
    touch("write page 0", "write u 5a"),
    touch("read page 0 again", "read u 1"),
    touch("write last page", "write u+99p 5a"),
    touch("first byte past the mapping", "read u+100p 1"),
    vmallocinfo("after touching pages 0 and 99"),
    call(
      "MAP_FIXED_NOREPLACE same address, same length, while mapped",
      "arena_mmap a --at u --noreplace"),
    call("MAP_FIXED same address, same length (replaces)", "arena_mmap a --at u --fixed"),
    touch("read page 0 after replacing mmap (contents kept?)", "read u 1"),
    call("MAP_FIXED same address, half length", "arena_mmap a 200K --at u --fixed"),
  ]

  private static let protection: [Step] = [
    call("MAP_FIXED same address, full, PROT_READ", "arena_mmap a --at u --fixed --prot r"),
    touch("write under PROT_READ", "write u 01"),
    touch("read untouched page 7 under PROT_READ", "read u+7p 1"),
    call("mprotect READ|WRITE", "mprotect m u 400K rw"),
    call("mprotect EXEC", "mprotect m u 400K rx"),
    call(
      "MAP_FIXED full again, READ|WRITE, after the PROT_READ mapping", "arena_mmap a --at u --fixed"
    ),
    call("mprotect READ of one page of a READ|WRITE mapping (would split)", "mprotect m u 4K r"),
    call("mprotect READ of a whole READ|WRITE mapping", "mprotect m u 400K r"),
    call("mprotect back to READ|WRITE", "mprotect m u 400K rw"),
    call("mprotect NONE whole", "mprotect m u 400K none"),
    touch("read under PROT_NONE", "read u 1"),
    // madvise DONTNEED takes the user's entries: so does mapping it anew.
    touch(
      "read page 0 after DONTNEED (kept?)", "arena_mmap a --at u --fixed\nread u 1"),
    call("mremap to double length, MAYMOVE", "mremap m u 400K 800K --maymove"),
    call("mremap shrink to half in place", "mremap m u 400K 200K"),
    call("MAP_FIXED full again after the shrink", "arena_mmap a --at u --fixed"),
    call("munmap first half", "munmap m u 200K"),
    touch("read page 0 after partial munmap", "read u 1"),
    touch("read last page after partial munmap", "read u+99p 1"),
    call("munmap all", "munmap m u 400K"),
    call("mmap(NULL) again after munmap", "arena_mmap a"),
    call("mmap(old address hint) again after munmap", "arena_mmap a --at u"),
    touch("page 0 after munmap + mmap (kept?)", "read u 1"),
  ]

  private static let fork: [Step] = [
    touch("child: read page 0", "c = fork m\nswitch_mm c\nread u 1"),
    touch("child: read page 50 (never touched)", "read u+50p 1"),
    touch("child: write page 51", "write u+51p 01"),
    call("child: mmap(old address, full) of the inherited fd", "arena_mmap a --at u"),
    touch("child: read page 0 after its own mmap", "read u 1"),
    vmallocinfo("in child"),
    touch(
      "parent: read page 0 after child wrote 0x77 through its own mmap",
      "write u 77\nwrite u+51p 33\nswitch_mm m\nmmput c\nread u 1"),
    touch(
      "parent: read page 51 after child wrote 0x33 through its own mmap", "read u+51p 1"),
    info("OBJ_GET_INFO_BY_FD after mmap", "a") {
      "max_entries=\($0["max_entries"] ?? "") map_extra=\($0["map_extra"] ?? "")"
    },
    vmallocinfo("after close(fd), mapping still there", "arena_free a"),
    touch("write after close(fd)", "write u+2p 01"),
    vmallocinfo("after munmap, 0.3 s later", "munmap m u 400K"),
  ]

  private static let lengths: [Step] = [
    call("arena of 4 pages, mmap 8 pages", "b = arena_create 4\nv = arena_mmap b 8p"),
    touch("page 3 of 4", "write v+3p 01"),
    touch("page 4 (outside arena, inside mmap)", "write v+4p 01"),
    touch("page 7 (outside arena, inside mmap)", "write v+7p 01"),
    call(
      "arena of 4 pages, mmap 2 pages",
      "arena_munmap b\narena_free b\nb = arena_create 4\nv = arena_mmap b 2p"),
    call("then mmap 4 pages at the same address", "arena_mmap b 4p --at v"),
    call(
      "arena of 4 pages, mmap 5000 bytes (unaligned length)",
      "arena_munmap b\narena_free b\nb = arena_create 4\nv = arena_mmap b 5000"),
    call(
      "arena of 4 GiB, mmap 4 GiB",
      "arena_munmap b\narena_free b\nb = arena_create 1048576\nw = arena_mmap b 4G"),
    info("4 GiB address is a multiple of 4 GiB", "b") {
      number($0["user_vm_start"]) & 0xffff_ffff == 0 ? "yes" : "no"
    },
    touch("4 GiB arena, last page", "write w+4G-1p 01"),
    vmallocinfo("with the 4 GiB arena", "t = arena_create 1"),
  ]

  private static let places: [Step] = [
    call(
      "map_extra: mmap(NULL, full)",
      """
      arena_munmap b
      arena_free b
      b = arena_create 16 --map-extra 0x100000000000
      let e = 0x100000000000
      arena_mmap b
      """),
    call("map_extra: mmap(addr+4096)", "arena_mmap b --at e+4K"),
    call("map_extra: half length", "arena_mmap b 8p --at e"),
    call("map_extra: double length", "arena_mmap b 32p --at e"),
    call("map_extra: MAP_FIXED at another address", "arena_mmap b --at e+1G --fixed"),
    call(
      "map_extra: MAP_FIXED at the address, half length", "arena_mmap b 8p --at e --fixed"),
    call(
      "map_extra: hint mmap while the address is taken",
      "mmap m 4K --at e --fixed\narena_mmap b --at e"),
    call("map_extra: exact address and length", "munmap m e 4K\nv = arena_mmap b --at e"),
    ask("map_extra: returned address equals map_extra", "assert v == e"),
    touch("map_extra: write page 15", "write v+15p 01"),
    call(
      "second arena with the same map_extra while the first is mapped",
      "d = arena_create 16 --map-extra e"),
    call("second arena: mmap at the shared map_extra", "arena_mmap d --at e"),
    vmallocinfo("two arenas"),
    call(
      "map_extra in the kernel half: mmap there",
      """
      arena_free d
      d = arena_create 16 --map-extra 0xffffc90000000000
      arena_mmap d --at 0xffffc90000000000
      """),
  ]

  private static let faults: [Step] = [
    call(
      "SEGV_ON_FAULT: mmap",
      """
      arena_munmap b
      arena_free b
      arena_free d
      s = arena_create 16 --flags segv_on_fault
      v = arena_mmap s
      """),
    touch("SEGV_ON_FAULT: read page 0", "read v 1"),
    touch("SEGV_ON_FAULT: write page 1", "write v+1p 01"),
    // The kernel's copy to the user's page misses it as the user would.
    Step(row: "SEGV_ON_FAULT: read(2) into page 0", lines: "copy v 0xffff888000100000 1") {
      $0.last == "SIGSEGV" ? "EFAULT" : $0.last ?? ""
    },
    call(
      "NO_USER_CONV: mmap",
      "arena_munmap s\narena_free s\ns = arena_create 16 --flags no_user_conv\nv = arena_mmap s"),
    touch("NO_USER_CONV: write page 0", "write v 01"),
    call(
      "plain: mmap", "arena_munmap s\narena_free s\ns = arena_create 16\nv = arena_mmap s"),
    touch("plain: read(2) into an untouched page", "copy v+3p 0xffff888000100000 1"),
  ]

  private static let freezing: [Step] = [
    call("FREEZE", "arena_munmap s\narena_free s\nf = arena_create 4\narena_freeze f"),
    call("FREEZE again", "arena_freeze f"),
    call("frozen: mmap READ|WRITE", "arena_mmap f"),
    call("frozen: mmap READ", "v = arena_mmap f --prot r"),
    touch("frozen: read page 0", "read v 1"),
    call(
      "mmap READ|WRITE, then freeze",
      "arena_munmap f\narena_free f\nf = arena_create 4\nv = arena_mmap f"),
    call("FREEZE while mapped writable", "arena_freeze f"),
    call("FREEZE after munmap", "arena_munmap f\narena_freeze f"),
    Step(
      row: "64 arenas at once (each reserves 4 GiB of vmalloc space)",
      lines: (0..<64).map { "many\($0) = arena_create 16" }.joined(separator: "\n")
    ) { printed in "\(printed.filter { $0.hasPrefix("0x") }.count) created" },
    vmallocinfo("sparse rows with 64 arenas", "arena_free f"),
    vmallocinfo(
      "arena of 1 page",
      (0..<64).map { "arena_free many\($0)" }.joined(separator: "\n") + "\no = arena_create 1"),
  ]
}
