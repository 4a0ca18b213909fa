import Glibc
import TestSupport
import Testing
import VMemScript

@testable import VMemCLI

@Suite struct ManualTests {
  @Test func manPageHasEveryVerb() {
    let page = ManPage().text
    for verb in VerbTable().verbs {
      #expect(page.contains("\n.B \(ManPage.escaped(verb.signature))\n"))
    }
  }

  @Test(arguments: [
    ("a-b", "a\\-b"), (".x\n.y", "\\&.x\n\\&.y"), ("a.b", "a.b"), ("\\n", "\\en"), ("'q", "\\&'q"),
  ])
  func escapes(_ text: String, _ expected: String) {
    #expect(ManPage.escaped(text) == expected)
  }

  @Test(arguments: [
    (["get_vm"], ["get_vm_area"]),
    (["a", "=", "get_vm"], ["get_vm_area"]),
    (["expect", "NULL", "get_vm"], ["get_vm_area"]),
    (["ru"], ["run"]),
    (["help", "get_vm"], ["get_vm_area"]),
    (["help", "gram"], ["grammar"]),
    (["page_tables", "--format", ""], ["ptdump", "tree", "words", "count", "svg", "html"]),
    (["context", ""], ["process", "atomic", "softirq", "irq", "nmi"]),
    (["get_vm_area", "4K", "--al"], ["--align"]),
    (["get_vm_area", "--align", "4K", "--al"], []),
    (["walk", ""], ["--format"]), (["vfree", ""], []),
    (["--im"], ["--image"]),
    (["--image", "nowhere/"], []),
    (["expect", "ENOM"], ["ENOMEM"]), (["expect", "ENOT"], ["ENOTDIR", "ENOTTY"]),
    (["a", "=", "expect", "NULL,wa"], ["NULL,warn"]),
    (["step", "0", "vun"], ["vunmap_range"]), (["a", "=", "ex"], ["expect"]),
    (["--image", "a.img", "get_vm"], ["get_vm_area"]),
    (["--json", "--color", "n"], ["never"]),
    (["walk", "0x1000", "--d"], ["--durable"]),
    (["boot", "--durable", "--d"], []),
    (["boot", "--fo"], ["--force"]),
    (["boot", "--kernel", "6.1"], ["6.1", "6.12", "6.18"]),
    (["boot", "--with", "pk"], ["pks"]),
    (["boot", "--with", "pks,udmabuf_vmap_"], ["pks,udmabuf_vmap_pfn"]),
    (["boot", "--window", "i386"], ["i386-pae", "i386"]),
    (["get_vm_area", "4K", "--flags", "sp"], ["sparse"]),
    (["memfd_create", "--seals", "shrink,g"], ["shrink,grow"]),
    (["arena_create", "16", "--flags", "seg"], ["segv_on_fault"]),
    (["shell", "--im"], ["--image"]),
    (["bench", "vm"], ["vmalloc", "vmallocinfo"]), (["help", "be"], ["bench"]),
    (["help", "bench", "ac"], ["access"]), (["help", "bench", "access", ""], []),
    (["bench", "access", "--"], ["--pages", "--loads", "--rounds", "--json", "--help"]),
    (["--json", "bench", "access", "--pages", "4", "--"], ["--loads", "--rounds", "--help"]),
    (["bench", "areas", "5", "--pattern", ""], ["lifo", "fifo", "random"]),
    (["bench", "kcore", "--folder", ""], []), (["bench", "nothing", "--"], []),
  ])
  func completes(_ words: [String], _ expected: [String]) {
    #expect(Completion(words: words).candidates.sorted() == expected.sorted())
  }

  /// Images, and the folders on the way to them; no other files.
  @Test func completesImages() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "m.txt")
    mkdir(folder.path + "/more", 0o700)
    defer { rmdir(folder.path + "/more") }
    #expect(try Command.vmemctl("--image", folder.path + "/m.img", "boot").status == 0)
    let typed = folder.path + "/m"
    let expected = ["\(typed).img", "\(typed)ore/"]
    for words in [["--image", typed], ["info", "--image", "=", typed], ["diff", typed]] {
      #expect(Completion(words: words).candidates == expected)
    }
  }

  @Test func completesEveryVerb() {
    let first = Completion(words: [""]).candidates
    for verb in VerbTable().verbs { #expect(first.contains("\(verb.name)")) }
  }
}
