import Testing
import VMemScript

/// `--gfp` as C has gfp_t: which bits words and numbers are, and what calls do by them.
@Suite struct GFPTests {
  /// The mode that the log shows of a vmalloc larger than RAM; with `--align` it takes every bit.
  private func mode(_ gfp: String, kernel: String = "7.2") -> String? {
    let script = "boot --memory 64M --kernel \(kernel)\nvmalloc 65M --align 1 --gfp \(gfp)\ndmesg"
    let line = run(script) { $0.keepGoing = true }.lines.last ?? ""
    guard let at = line.range(of: "mode:") else { return nil }
    return String(line[at.upperBound...].prefix { $0 != "," })
  }

  @Test(arguments: [
    ("GFP_KERNEL", "0xcc0(GFP_KERNEL)"), ("__GFP_ZERO", "0xdc0(GFP_KERNEL|__GFP_ZERO)"),
    ("GFP_ATOMIC|__GFP_ZERO", "0x920(GFP_ATOMIC|__GFP_ZERO)"),
    ("GFP_ATOMIC,__GFP_ZERO", "0x920(GFP_ATOMIC|__GFP_ZERO)"),
    ("GFP_KERNEL|GFP_ATOMIC", "0xce0(GFP_KERNEL|__GFP_HIGH)"),
    ("GFP_NOIO", "0xc00(GFP_NOIO)"), ("GFP_NOFS", "0xc40(GFP_NOFS)"),
    ("GFP_USER", "0x100cc0(GFP_USER)"), ("GFP_HIGHUSER", "0x100cc2(GFP_HIGHUSER)"),
    ("GFP_HIGHUSER_MOVABLE", "0x100cca(GFP_HIGHUSER_MOVABLE)"),
    ("GFP_KERNEL_ACCOUNT", "0x400cc0(GFP_KERNEL_ACCOUNT)"), ("GFP_DMA", "0x1(GFP_DMA)"),
    ("GFP_KERNEL|GFP_DMA32", "0xcc4(GFP_KERNEL|GFP_DMA32)"),
    (
      "__GFP_NORETRY|__GFP_NOFAIL|__GFP_COMP",
      "0x58cc0(GFP_KERNEL|__GFP_NOFAIL|__GFP_NORETRY|__GFP_COMP)"
    ),
    ("0x100", "0x100(__GFP_ZERO)"), ("0", "0()"), ("none", "0()"),
    ("0x80000000", "0x80000000(0x80000000)"),
  ])
  func wordsAreBits(_ words: String, _ shown: String) { #expect(mode(words) == shown) }

  /// Two words have other bits in old kernels; a number is taken as it is.
  @Test func oldKernelsHaveOtherWords() {
    #expect(mode("GFP_ATOMIC", kernel: "6.1") == "0xa20(GFP_ATOMIC)")
    #expect(mode("GFP_ATOMIC", kernel: "6.6") == "0x820(GFP_ATOMIC)")
    #expect(mode("0x820", kernel: "6.1") == "0x820(GFP_NOWAIT|__GFP_HIGH)")
    #expect(mode("0x200", kernel: "6.1") == "0x200(__GFP_ATOMIC)")
    #expect(mode("GFP_NOWAIT", kernel: "6.1") == "0x800(GFP_NOWAIT)")
    #expect(mode("GFP_NOWAIT,__GFP_NOWARN", kernel: "6.1") == nil)
    #expect(mode("GFP_NOWAIT", kernel: "6.6") == nil)
    #expect(mode("0x800", kernel: "6.6") == "0x800(__GFP_KSWAPD_RECLAIM)")
  }

  @Test(arguments: ["0x100000000", "-1", "4G"])
  func moreThanThirtyTwoBitsAreRefused(_ number: String) {
    let result = run("vmalloc 4K --gfp \(number)")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("`\(number)` is more than the 32 bits of --gfp GFP"))
    #expect(result.messages.contains("0xcc0 is GFP_KERNEL"))
    #expect(run("vmalloc 4K --align 1 --gfp 0xffff7fff").exit == .success)
  }

  private static let two = "boot --memory 64M --nodes 2\n"
  private static let narrow = "vmalloc 64K --range 0xffffc90000000000..+4K --gfp "

  @Test(arguments: [
    // Who may not fail is told that a kernel would not come back.
    "alloc_pages 1 --gfp __GFP_NOFAIL",
    two + "expect EDEADLK alloc_pages 9000 --node 0 --gfp __GFP_THISNODE|__GFP_NOFAIL",
    two + "expect NULL alloc_pages 9000 --node 0 --gfp 0x208000",
    two + "expect EDEADLK vmalloc 40M --node 0 --gfp __GFP_THISNODE|__GFP_NOFAIL",
    "boot --memory 64M\nexpect EDEADLK alloc_pages 1T --gfp __GFP_NOFAIL",
    "expect EDEADLK " + narrow + "__GFP_NOFAIL", "expect NULL " + narrow + "GFP_KERNEL",
    "boot --memory 64M\nexpect NULL vmalloc 65M --gfp __GFP_NOFAIL",
    "inject alloc_page after=0\nvmalloc 4K --gfp __GFP_NOFAIL",
    "inject alloc_page after=0 order=0\nexpect NULL vmalloc 4K",
    "inject alloc_page after=0\nalloc_pages 1 --gfp __GFP_NOFAIL",
    "inject alloc_page after=0\nexpect NULL alloc_pages 1",
    // Pages of one node only.
    two + "alloc_pages 9000 --node 0",
    two + "expect NULL alloc_pages 9000 --node 0 --gfp __GFP_THISNODE",
    two + "alloc_pages 4000 --node 0 --gfp __GFP_THISNODE",
    two + "vmalloc 40M --node 1", two + "expect NULL vmalloc 40M --node 1 --gfp __GFP_THISNODE",
    // A tail is freed by who may write: with both bits.
    "boot --kernel 7.2\na = vmalloc 16K\nvrealloc a 4K --gfp GFP_NOFS\nassert a.pages eq 4",
    "boot --kernel 7.2\na = vmalloc 16K\nvrealloc a 4K --gfp 0x80\nassert a.pages eq 4",
    "boot --kernel 7.2\na = vmalloc 16K\nvrealloc a 4K --gfp 0xc0\nassert a.pages eq 1",
    // Who may not reclaim may not sleep; the others may.
    "boot --kernel 7.2\ncontext atomic\nvmalloc 4K --gfp 0x800",
  ])
  func callsDoAsTheBitsSay(_ script: String) {
    let result = run(script)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(!result.messages.contains("sleeping"))
  }

  @Test func searchesThatMayNotFailSaySo() {
    func last(_ gfp: String) -> String {
      run(Self.narrow + gfp + "\ndmesg") { $0.keepGoing = true }.lines.last ?? ""
    }
    #expect(
      last("__GFP_NOFAIL").contains("failed. Retrying., mode:0x8cc0(GFP_KERNEL|__GFP_NOFAIL)"))
    #expect(last("GFP_KERNEL").contains("failed, mode:0xcc0(GFP_KERNEL)"))
  }

  /// __vmalloc and vmalloc_huge take away what they do not know, and complain once.
  @Test(
    arguments: [
      ("7.0", "vmalloc 4K --gfp GFP_KERNEL|GFP_DMA32", "0x4 (GFP_DMA32)", "0xcc0 (GFP_KERNEL)"),
      ("7.3", "vmalloc_huge 4K --gfp __GFP_COMP", "0x40000 (__GFP_COMP)", "0xcc0 (GFP_KERNEL)"),
      ("7.2", "vmalloc 4K --gfp GFP_HIGHUSER", "0x2 (__GFP_HIGHMEM)", "0x100cc0 (GFP_USER)"),
      (
        "7.0", "vmalloc 4K --gfp __GFP_RETRY_MAYFAIL", "0x4000 (__GFP_RETRY_MAYFAIL)",
        "0xcc0 (GFP_KERNEL)"
      ),
      ("7.1", "vmalloc 4K --gfp __GFP_RETRY_MAYFAIL", nil, ""),
      ("7.0", "vmalloc 4K --gfp __GFP_NORETRY", nil, ""), ("7.0", "vmalloc 4K --gfp 0", nil, ""),
      ("7.0", "vmalloc 4K --gfp GFP_KERNEL_ACCOUNT", nil, ""),
      ("7.0", "vmalloc 4K --gfp __GFP_ZERO,__GFP_NOWARN,__GFP_NOFAIL,__GFP_HARDWALL", nil, ""),
      ("7.0", "vmalloc 4K --align 4K --gfp __GFP_COMP", nil, ""),
      ("7.0", "vmalloc 4K --node 0 --gfp __GFP_COMP", nil, ""),
      ("7.0", "vzalloc 4K --gfp __GFP_COMP", nil, ""),
      ("6.18", "vmalloc 4K --gfp __GFP_COMP", nil, ""),
    ] as [(String, String, String?, String)])
  func unknownBitsAreTakenAway(_ kernel: String, _ line: String, _ bits: String?, _ left: String) {
    let result = run("boot --kernel \(kernel)\n\(line)\n\(line)\ndmesg") { $0.keepGoing = true }
    let complaints = result.lines.filter { $0.contains("Unexpected gfp") }
    #expect(complaints.count == (bits == nil ? 0 : 1))
    let text = "Unexpected gfp: \(bits ?? ""). Fixing up to gfp: \(left). Fix your code!"
    #expect(complaints.allSatisfy { $0.hasSuffix(text) })
    #expect(result.messages.isEmpty == (bits == nil))
  }

  /// Frames below 4 GiB are those up to 0xfffff.
  @Test(arguments: [
    ("6.18", "vmalloc 4K --gfp GFP_KERNEL|GFP_DMA32", true), ("6.18", "vmalloc 4K", false),
    ("7.0", "vmalloc 4K --gfp GFP_KERNEL|GFP_DMA32", false),
    ("7.0", "vmalloc 4K --align 1 --gfp GFP_KERNEL|GFP_DMA32", true),
    ("7.0", "vmalloc 4K --align 1 --gfp GFP_KERNEL|GFP_DMA", true),
  ])
  func lowPages(_ kernel: String, _ line: String, _ isLow: Bool) throws {
    let lines = run("boot --memory 6G --kernel \(kernel)\na = \(line)\nvmalloc_to_pfn a") {
      $0.keepGoing = true
    }.lines
    let pfn = try #require(lines.last.flatMap { UInt64($0) })
    #expect((pfn < 0x10_0000) == isLow, "\(lines)")
  }
}
