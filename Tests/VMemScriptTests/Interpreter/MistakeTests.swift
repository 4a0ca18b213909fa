import Testing
import VMemScript

/// Lines that people write who know C, bash or the kernel: each is answered with the word in question,
/// what is wrong with it, and what to write instead.
@Suite struct MistakeTests {
  /// The line; the word; what is wrong; what helps.
  static let mistakes: [(line: String, word: String, rule: String, hint: String)] = [
    // Words of options that stand alone.
    ("get_vm_area 4K VM_SPARSE", "`VM_SPARSE`", "too many", "say --flags sparse"),
    ("get_vm_area 4K sparse", "`sparse`", "too many", "say --flags sparse"),
    ("get_vm_area 4K --flags sparse map", "`map`", "too many", "words of an option are one"),
    (
      "get_vm_area 4K --flags VM_SPARSE|VM_MAP", "`VM_SPARSE`", "no flag", "did you mean sparse?"
    ),
    ("alloc_pages 1 --gfp kernel", "`kernel`", "no flag", "did you mean GFP_KERNEL?"),
    ("alloc_pages 1 --gfp nofail", "`nofail`", "no flag", "did you mean __GFP_NOFAIL?"),
    ("vmalloc 4K GFP_NOWAIT", "`GFP_NOWAIT`", "too many", "say --gfp GFP_NOWAIT"),
    ("alloc_pages 1 dma32", "`dma32`", "too many", "say --zone dma32"),
    ("m = mm_create\nmmap m 4K rw", "`rw`", "too many", "say --prot rw"),
    ("walk 0x1000 svg", "`svg`", "too many", "say --format svg"),
    ("page_tables tree", "`tree`", "too many", "say --format tree"),
    ("quiz walk 3", "`3`", "too many", "--seed"),
    ("boot 1G", "`1G`", "too many", "--memory"),
    // Options.
    ("boot --mem 1G", "`--mem`", "no option", "did you mean --memory?"),
    ("boot --cpu 2", "`--cpu`", "no option", "did you mean --cpus?"),
    ("vmalloc 4K --json", "`--json`", "no option", "vmemctl's own command line"),
    ("info --image x.img", "`--image`", "no option", "vmemctl's own command line"),
    // Kernels.
    ("boot --kernel v6.12", "`v6.12`", "no kernel", "6.12 is the last stable release"),
    ("boot --kernel 6.12.117", "`6.12.117`", "no kernel", "6.12 is the last stable release"),
    ("boot --kernel linux-7.0", "`linux-7.0`", "no kernel", "7.0 is the last stable release"),
    ("boot --kernel 5.10", "`5.10`", "no kernel", "known are 6.1"),
    // Statements.
    ("a := vmalloc 4K", "`a`", "no verb", "a = VERB"),
    ("let n = 1\nn += 2", "`n`", "no verb", "let n = EXPR"),
    ("let n = 1\nn + 2", "`n`", "no verb", "print EXPR"),
    ("let x = vmalloc 4K", "let", "names numbers", "x = vmalloc"),
    ("let n = 1\nassert n = 1", "assert", "is written as", "== != <"),
    ("0xffffc90000000000", "`0xffffc90000000000`", "no verb", "walk ADDR"),
    ("/proc/vmallocinfo", "`/proc/vmallocinfo`", "no verb", "views are verbs: vmallocinfo"),
    ("flush_tlb_all", "`flush_tlb_all`", "no verb", "vm_unmap_aliases"),
    ("dump x", "`dump`", "no verb", "kcore FILE"),
    // Values.
    ("walk ffffc90000000000", "`ffffc90000000000`", "never bound", "0xffffc90000000000"),
    ("vmalloc 0x1000h", "`0x1000h`", "is not a number", "decimal or 0x"),
    ("vmalloc 4 KB", "`KB`", "too many", "4K"),
    // Numbers.
    ("get_vm_area 64k", "`64k`", "is not a number", "K M G T are capitals: 64K"),
    ("get_vm_area 64KB", "`64KB`", "is not a number", "K M G T stand alone: 64K"),
    ("get_vm_area 2MiB", "`2MiB`", "is not a number", "2M"),
    ("get_vm_area 1.5M", "`1.5M`", "is not a number", "numbers are whole"),
    ("get_vm_area 4096UL", "`4096UL`", "is not a number", "C's suffixes mean nothing here: 4096"),
    ("get_vm_area 0x1000ULL", "`0x1000ULL`", "is not a number", "here: 0x1000"),
    ("get_vm_area 16pages", "`16pages`", "is not a number", "16p"),
    ("get_vm_area 10ff", "`10ff`", "is not a number", "0x10ff"),
    ("get_vm_area 4_096", "`4_096`", "is not a number", "digits stand together: 4096"),
    ("let n = 2\nget_vm_area n*2", "`n*2`", "is not a number", "let x = n * 2"),
    ("get_vm_area 2*4K", "`2*4K`", "is not a number", "let x = 2 * 4K"),
    ("get_vm_area 1<<12", "`1<<12`", "is not a number", "as words of their own"),
    ("get_vm_area 16 K", "`K`", "one argument too many", "nothing has blanks inside: 16K"),
    ("get_vm_area PAGE_SIZE", "`PAGE_SIZE`", "was never bound", "1p, or 4K"),
    ("get_vm_area 4K; vfree a", "`4K;`", "is not a number", "one verb a line"),
    // Addresses, ranges and pages.
    ("a = vmalloc 4K\nread $a 4", "`$a`", "is not an address", "without $: a"),
    ("a = vmalloc 4K\nvfree &a", "`&a`", "is not an address", "by itself: a"),
    ("a = vmalloc 4K\nvfree (a)", "`(a)`", "is not an address", "without brackets: a"),
    ("a = vmalloc 4K\nread a + 4 4", "`+`", "is not a number", "nothing has blanks inside"),
    ("print faults", "`faults`", "was never bound", "the counter is machine.faults"),
    ("print pgfault", "`pgfault`", "was never bound", "the counter is machine.faults"),
    ("assert hits eq 0", "`hits`", "was never bound", "the counter is tlb.hits"),
    ("let f = free", "`free`", "was never bound", "machine.free, or areas.free"),
    ("print fault", "`fault`", "was never bound", "the counter is machine.faults"),
    ("vfree null", "`null`", "was never bound", "NULL is the address"),
    ("a = vmalloc 4K\nwalk a.length", "`length`", "no field", "fields are start end size"),
    ("vunmap_range 4K-8K", "`4K-8K`", "is not a range", "START..END: 4K..8K"),
    ("vunmap_range 4K:8K", "`4K:8K`", "is not a range", "START..END: 4K..8K"),
    ("vunmap_range 4K..", "`4K..`", "is not a", "END is missing"),
    ("P = alloc_pages 4\nvmap P[0-3]", "`P[0-3]`", "is not a list of pages", "P[0..4]"),
    ("vmap 17", "`17`", "is not a list of pages", "pfn:17"),
    ("a = vmalloc 4K\nvmap a", "`a`", "does not stand for pages", "alloc_pages"),
    // Bytes.
    ("a = vmalloc 4K\nwrite a hello", "`hello`", "is not BYTES", "text:hello"),
    ("a = vmalloc 4K\nwrite a 0xdeadbeef", "`0xdeadbeef`", "is not BYTES", "without 0x"),
    ("a = vmalloc 4K\nwrite a abc", "`abc`", "is not BYTES", "two digits a byte: 0abc"),
    // Flags and options.
    ("get_vm_area 4K --flags VM_SPARSE", "`VM_SPARSE`", "no flag", "did you mean sparse?"),
    ("alloc_pages 1 --gfp atomic", "`atomic`", "no flag", "did you mean GFP_ATOMIC?"),
    ("get_vm_area 4K --flags=sparse", "`--flags=sparse`", "no option", "--flags sparse"),
    ("get_vm_area 4K -flags sparse", "`-flags`", "too many", "two dashes: --flags"),
    ("get_vm_area 4K flags=sparse", "`flags=sparse`", "too many", "--flags sparse"),
    ("alloc_pages 1 --zone ZONE_DMA32", "`ZONE_DMA32`", "is none of", "did you mean dma32?"),
    ("context interrupt", "`interrupt`", "is none of process", "the word as it stands there"),
    // Verbs.
    ("vm_map_pages a a..a+4K P", "`vm_map_pages`", "no verb", "vm_area_map_pages?"),
    ("get_area 4K", "`get_area`", "no verb", "did you mean get_vm_area?"),
    ("GET_VM_AREA 4K", "`GET_VM_AREA`", "no verb", "lower case: get_vm_area"),
    ("vmalloc(4096)", "`vmalloc(4096)`", "no verb", "without parentheses: vmalloc"),
    ("kmalloc 64", "`kmalloc`", "no verb", "vmalloc SIZE"),
    ("for i in 1 2 3", "`for`", "no verb", "repeat N { … }"),
    ("while true", "`while`", "no verb", "repeat N { … }"),
    ("if a", "`if`", "no verb", "`expect` and `assert`"),
    ("source setup.sh", "`source`", "no verb", "include FILE"),
    ("01-tour.vmem", "`01-tour.vmem`", "no verb", "include 01-tour.vmem"),
    ("// a comment", "`//`", "no verb", "begins with #"),
    ("exit", "`exit`", "no verb", "ends with its last line"),
    ("cat /proc/vmallocinfo", "`cat`", "no verb", "vmallocinfo"),
    // What is bash's.
    (
      "vmallocinfo | grep sparse", "`|`", "no word of the language",
      "pipes are bash's: vmemctl --image F"
    ),
    ("vmallocinfo > rows", "`>`", "no word of the language", "redirection is bash's"),
    ("vmalloc 4K && vmalloc 8K", "`&&`", "no word of the language", "one verb a line"),
    ("vm_unmap_aliases &", "`&`", "no word of the language", "nothing runs beside it"),
    // Names, expectations and expressions.
    ("a=vmalloc 4K", "`a=vmalloc`", "no verb", "blanks around ="),
    ("n = 5", "", "a verb must follow the =", "let NAME = NUMBER"),
    ("let n=5", "`let`", "is written as: let NAME = EXPR", "with blanks around ="),
    ("let expect = 5", "`expect`", "a word of the language", "another name"),
    ("expect -ENOMM vmalloc 4K", "`ENOMM`", "no errno", "did you mean ENOMEM?"),
    ("expect error vmalloc 4K", "`error`", "is not an outcome", "an errno like ENOMEM"),
    ("assert 1 = 1", "`assert`", "is written as: assert EXPR OP EXPR", "OP is == !="),
    ("let n = 2*3", "`2*3`", "is not an address", "operators are words of their own"),
    (
      "assert machine.xylophone eq 1", "`machine.xylophone`", "no counter",
      "there are machine.total"
    ),
  ]

  @Test func thereAreEighty() { #expect(Self.mistakes.count >= 80) }

  @Test(arguments: mistakes.indices)
  func isExplained(_ index: Int) throws {
    let (line, word, rule, hint) = Self.mistakes[index]
    let result = run(line + "\n")
    #expect(result.exit == .badScript && result.output == "")
    let message = try #require(result.messages.split(separator: "\n").first)
    let parts = message.split(separator: "; ", maxSplits: 1)
    #expect(parts.count == 2, "\(message)")
    guard parts.count == 2 else { return }
    #expect(parts[0].contains(word) && parts[0].contains(rule), "\(message)")
    #expect(parts[1].contains(hint), "\(message)")
    // JSON says the same in fields.
    let json = run(line + "\n") { $0.json = true }.output
    #expect(json.contains(#""type":"error""#) && !json.contains(#""hint":"","#))
  }

  /// What looks like a mistake and is none.
  @Test(arguments: [
    "echo a | b > c && d;", "echo '|'", "let n = 2 * 3", "print 64 * 1K",
    "expect -ENOENT vm_unmap_ram 0xffffc90000000000 1", "@ echo x", "vfree NULL",
  ])
  func isNoMistake(_ line: String) {
    #expect(run(line + "\n").exit == .success)
  }
}
