import TestSupport

/// Lines of every verb that changes the machine, with names that live, names that do not, and small
/// numbers.
struct RandomLines {
  private var random: FuzzTests.Generator
  /// Names by kind, the newest last.
  private var names: [String: [String]] = [:]
  private var count = 0
  /// The name that the line at hand makes, which it cannot use itself.
  private var made: (kind: String, name: String)?

  init(seed: UInt64) { random = FuzzTests.Generator(state: seed &* 0x9e37_79b9_7f4a_7c15) }

  /// `<m>` is a name of kind m or, now and then, of another, `<!m>` never of another, `<+m>` a new one,
  /// `(a|b)` one of both.
  static let templates: [String] = [
    "replay \(Fixture.folder)trace/6.12.117.trace(| --strict)",
    "<+P> = alloc_pages (1|4|8)(| --order 1| --node 1)", "<+H> = alloc_pages (2|5) --zone highmem",
    "free_pages <pages>", "get_page <pages>", "put_page <pages>", "page <pages>",
    "<+v> = (vmalloc|vzalloc|vmalloc_user|vmalloc_32|vmalloc_huge) <size>",
    "<+v> = vmalloc_node <size> (0|1)", "vfree <v>", "<+q> = vmalloc <size>", "vfree_atomic <!q>",
    "<+v> = vrealloc <v> <size>", "<+v> = vmap <pages>", "vunmap (<v>|<w>|<t>|<a>|<z>)",
    "<+v> = vmap_pfn 0x100000 (1|3)", "<+v> = (ioremap|ioremap_wc|ioremap_cache) 0xfed00000 <size>",
    "<+v> = (ioremap_uc|ioremap_wt) 0xfed00000 <size>", "iounmap (<v>|<t>|<w>)",
    "ioremap_page_range <s>..<s> 0xfed00000", "<+r> = vm_map_ram <pages>",
    "vm_unmap_ram <r> (1|2|3)", "<+s> = get_vm_area 64K --flags sparse",
    "<+v> = get_vm_area <size>",
    "free_vm_area (<s>|<v>|<t>|<a>|<w>)", "vfree (<t>|<a>|<w>|<z>|<s>)", "find_vm_area <address>",
    "vm_area_map_pages <s> <s>..+(4K|8K) <pages>", "vm_area_unmap_pages <s> <s>..+8K",
    "vmap_pages_range <s>..+4K <page>", "vunmap_range (<s>|<v>|<t>|<w>)..+8K", "populate <s>..+64K",
    "apply_to_page_range <s>..+8K", "apply_to_existing_page_range <s>..+8K",
    "<+g> = pcpu_get_vm_areas --align 4K 0:64K 1M:64K", "pcpu_free_vm_areas <g>",
    "<+c> = pcpu_alloc (0|1|64|4K|32K|32769)(| --align 64| --align 3| --align 8K)", "pcpu_free <c>",
    "vmalloc_to_page <address>", "vmalloc_to_pfn <address>", "register_vmap_purge_notifier <v>",
    "unregister_vmap_purge_notifier <v>", "vm_unmap_aliases", "drain_vmap_work", "reclaim_vmap",
    "shrink_vmap_node", "(set_memory_ro|set_memory_rw|set_memory_x|set_memory_nx) (<v>|<page>) 1",
    "set_vm_flush_reset_perms <v>",
    // Programs.
    "<+m> = mm_create", "switch_mm (<m>|<m>|0)", "mmput <m>", "<+m> = fork <m>",
    "<+u> = mmap <m> <size>(| --shared| --device| --prot <prot>)( | --at <address>)( | --fixed)",
    "<+u> = mmap <m> <size> --file (<f>|<d>|<b>)( --shared| --private)( | --offset 4K)",
    "munmap <m> <address> <size>", "mprotect <m> <address> <size> <prot>",
    "<+u> = mremap <m> <u> <size> <size>(| --maymove| --maymove --to <address>)",
    "remap_vmalloc_range <u> <v> (0|1)", "maps <m>",
    "page_tables --mm <m> --format (ptdump|tree|count)",
    "task (a|b|c|d|vmemctl)(| --mm <m>| --mm 0)", "kernel_thread (a|k|l)", "do_exit",
    "cpu (0|1)", "context (process|process|process|atomic|softirq|irq|nmi)", "schedule",
    // Arenas.
    "<+a> = arena_create (1|16|0)(| --map-extra 0x100000000000)(| --flags segv_on_fault)",
    "<+u> = arena_mmap <a> --mm <m>(| --at 0x100000000000| --fixed| --prot r)",
    "arena_munmap <a> --mm <m>", "arena_unmapped_area <a> <address> 8K 0x1fffff000",
    "<+p> = arena_alloc_pages <a> (0|1|5)",
    "(arena_free_pages|arena_reserve_pages) <a> <p>(|+4K|-8K) (2|7)",
    "arena_fault <a> <p>(|+4K|+32K) --as (user|bpf|kfunc)(| --write)",
    "arena_freeze <a>", "arena_info <a>", "arena_free <a>",
    // Stacks.
    "<+t> = stack_alloc(| --size 4K| --size 64K| --size 12K)(| --policy dynamic| --policy reclaim)",
    "stack_touch <t> (8|5000|16K|20K|-8)(| --write)", "stack_reclaim <t>", "stack_free <t>",
    "stack_stat",
    // kmap and protection keys.
    "<+k> = kmap <page>", "kunmap <page>", "kmap_flush_unused", "kmap_to_page <k>",
    "<+l> = kmap_local_page <page>", "<+l> = kmap_local_pfn 0x100000", "kunmap_local <l>(|+4)",
    "<+l> = kmap_atomic <page>", "kunmap_atomic <l>", "page_address <page>", "kmap_state",
    "kmap_audit", "pks_set (1|2|3) (rw|r|none)", "pks_protect <pages> --key (0|2|3)",
    "pks_mode (strict|relaxed)", "pks_state",
    // Files and buffers.
    "<+f> = file_open (--size <size> --folio-order (0|2|9)|/proc/self/exe|/nowhere/at/all)",
    "<+d> = memfd_create --size <size>(| --seals (shrink|none))(| --hugetlb| --hugetlb --hvo)",
    "memfd_add_seals <d> (shrink|grow|write|future_write|seal)", "memfd_get_seals <d>",
    "close (<f>|<d>|<b>)", "pread (<f>|<d>) <offset> (0|8|5000)",
    "pwrite (<f>|<d>) <offset> text:hello", "ftruncate (<f>|<d>) <size>",
    "fallocate (<f>|<d>) <range>(| --punch-hole)", "readahead (<f>|<d>) <range>",
    "shrink_folio_list <f> <range>", "fsync <d>", "<+w> = vmap_file (<f>|<d>) <range>(| --rfc)",
    "files", "folios (<f>|<d>)", "<+b> = udmabuf_create <d> <offset> <size>",
    "<+b> = udmabuf_create_list <d>:0:4K <d>:4K:8K", "<+z> = udmabuf_vmap <b>",
    "udmabuf_vunmap <b>", "udmabuf_sync <b> (start,read|end,write|0)",
    "udmabuf_limits --list (1|1024|-1)", "dmabufs",
    // Accesses; what is written, is where no page can be freed under it: else it may be anything.
    "read (<address>|<page>) (1|8|5000)", "compare <address> <address> 64", "write <!u> text:hello",
    "fill <!u>(|+4K|+4090) (8|8K) 7", "copy <!u> <address> 16", "set_pte_at <s> <page>",
    "walk <address>(| --format svg)", "map(| --format svg)", "page_tables --format html", "tlb",
    "tlb_audit", "map_audit", "holes(| --purged)", "fit <size>(| --align 64K)", "totals --by node",
    "inject (alloc_page|slab|pgtable|nolock) after=(0|1|2)", "inject off",
    "step (0|1)", "step (0|1) (vfree <v>|vm_unmap_aliases|vunmap_range <s>..+8K)",
    "vmallocinfo", "vmstat", "meminfo", "let <+n> = 5", "check",
  ]

  /// A machine's first lines: the pages that the others name.
  private mutating func start() -> [String] {
    names = [:]
    let boot = """
      boot --memory (16M|24M) --cpus 2 --kernel (6.18|7.0|6.12|6.6|6.1)\
      (| --highmem 4M --window (i386|i386-pae:4))(| --with pks)(| --nodes 2)(| --levels 5)\
      (| --tlb 0)(| --without preempt_count)
      """
    return [
      boot, "<+P> = alloc_pages 6", "<+P> = alloc_pages 6", "<+m> = mm_create", "switch_mm <m>",
    ]
    .map { line($0) }
  }

  /// A script of so many lines, most of them from a few templates.
  ///
  /// - Parameter defers: whether frees may have to wait. What waits is linked by words in its own pages,
  ///   whosever these are by then.
  mutating func script(_ lines: Int, defers: Bool) -> String {
    var all = start()
    let templates = Self.templates.filter {
      defers || !$0.contains("vfree_atomic") && !$0.hasPrefix("context")
    }
    let few = (0..<25).map { _ in templates[random.next(templates.count)] }
    for _ in 0..<lines {
      let from = random.next(2) == 0 ? few : templates
      all.append(line(from[random.next(from.count)]))
    }
    return all.joined(separator: "\n") + "\ncheck\n"
  }

  private mutating func pick(_ choices: [String]) -> String { choices[random.next(choices.count)] }

  private mutating func line(_ template: String) -> String {
    let text = expand(template)
    if let made { names[made.kind, default: []].append(made.name) }
    made = nil
    return text
  }

  private mutating func expand(_ template: String) -> String {
    var text = template
    // Choices from the inside out; then what stands between brackets.
    while let close = text.firstIndex(of: ")"),
      let open = text[..<close].lastIndex(of: "(")
    {
      let choices = text[text.index(after: open)..<close].split(
        separator: "|", omittingEmptySubsequences: false)
      text.replaceSubrange(open...close, with: pick(choices.map(String.init)))
    }
    while let open = text.firstIndex(of: "<"), let close = text.firstIndex(of: ">") {
      text.replaceSubrange(open...close, with: fill(String(text[text.index(after: open)..<close])))
    }
    return text
  }

  private mutating func fill(_ what: String) -> String {
    switch what {
    case "size": pick(["0", "1", "4K", "5000", "8K", "16K", "64K", "1M", "2M", "-1"])
    case "offset": pick(["0", "4K", "8K", "100", "60K", "1M", "-1"])
    case "range": pick(["0..1", "0..4K", "4K..8K", "0..64K", "100..20000", "8K..8K", "1M..2M"])
    case "prot": pick(["rw", "r", "rx", "rwx", "none"])
    case "page": expand("<pages-name>[(0|1|2|3|7)]")
    case "pages": expand("<pages-name>[(0|1|2)..(3|5)]")
    case "pages-name": known(pick(["P", "P", "H"])) ?? known("P") ?? "P"
    case "address": expand("(<u>|<u>|<v>|<t>|<a>|<p>|<k>|<l>|<w>|<z>|<s>)(||+1|+4K|+4095|+16K)")
    default:
      switch what.first {
      case "+": make(String(what.dropFirst()))
      case "!": known(String(what.dropFirst())) ?? "0x10000"
      default: other(what)
      }
    }
  }

  private mutating func make(_ kind: String) -> String {
    count += 1
    let name = "\(kind)\(count)"
    made = (kind, name)
    return name
  }

  private mutating func known(_ kind: String) -> String? {
    names[kind].map { pick(Array($0.suffix(6))) }
  }

  /// A name of a kind, now and then of another, and a number where there is none.
  private mutating func other(_ kind: String) -> String {
    let wanted = random.next(25) == 0 ? pick(names.keys.filter { $0 != "n" }.sorted()) : kind
    return known(wanted) ?? pick(["0", "0x10000"])
  }
}
