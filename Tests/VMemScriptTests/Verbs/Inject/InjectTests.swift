import Testing
import VMemScript

/// The verb `inject`: which call fails, what is shown and logged, and what the kernel does then.
@Suite struct InjectTests {
  // MARK: Which call

  @Test func nothingToFailIsAnError() {
    let result = run("inject\n")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("missing: KIND after=N"))
  }

  @Test func theFirstCallsSucceed() {
    let result = run(
      """
      inject slab after=2 cache=vm_struct
      get_vm_area 4K
      get_vm_area 4K
      expect NULL get_vm_area 4K
      get_vm_area 4K
      injections
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(
      result.lines.suffix(4) == [
        "alloc_page off",
        "slab after=2 every=1 times=1 cache=vm_struct seen 4 failed 1", "pgtable off",
        "nolock off",
      ])
  }

  @Test func everyAndTimes() {
    let gets = (0..<7).map { _ in "get_vm_area 4K" }.joined(separator: "\n")
    func pattern(_ keys: String) -> String {
      let result = run("@inject slab cache=vm_struct \(keys)\n\(gets)") { $0.keepGoing = true }
      return String(result.lines.map { $0 == "NULL" ? "x" : "." })
    }
    #expect(pattern("after=0") == "x......")
    #expect(pattern("after=1 every=2 times=2") == ".x.x...")
    #expect(pattern("after=1 every=2 times=-1") == ".x.x.x.")
    #expect(pattern("after=0 every=1 times=3") == "xxx....")
    #expect(pattern("after=6") == "......x")
    #expect(pattern("after=7") == ".......")
  }

  @Test func filtersCountOnlyWhatTheyName() {
    let result = run(
      """
      inject alloc_page after=0 order=2
      P = alloc_pages 3
      expect NULL alloc_pages 1 --order 2
      inject pgtable after=1 level=pte
      populate 0xffffd90000000000..+4K
      expect ENOMEM populate 0xffffd90000200000..+4K
      inject slab after=0 cache=memtype
      get_vm_area 4K
      expect NULL ioremap 0xfed00000 4K
      injections
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(
      result.lines.suffix(4) == [
        "alloc_page after=0 every=1 times=1 order=2 seen 1 failed 1",
        "slab after=0 every=1 times=1 cache=memtype seen 1 failed 1",
        "pgtable after=1 every=1 times=1 level=pte seen 2 failed 1", "nolock off",
      ])
  }

  @Test func armingAgainStartsAnewAndOffEnds() {
    let result = run(
      """
      inject slab after=0 times=-1
      expect NULL get_vm_area 4K
      inject slab after=1 cache=vm_struct
      get_vm_area 4K
      expect NULL get_vm_area 4K
      inject slab after=0
      inject alloc_page after=0
      inject pgtable after=0
      inject slab off
      get_vm_area 4K
      inject off
      inject off
      vmalloc 4K
      assert machine.injected == 2
      injections
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(result.lines.suffix(4) == ["alloc_page off", "slab off", "pgtable off", "nolock off"])
  }

  // MARK: What is shown

  @Test func json() {
    let lines = run("@inject slab after=1 times=-1 cache=kmalloc\n@vmalloc 4K\ninjections") {
      $0.json = true
    }.lines
    #expect(
      lines == [
        #"{"kind":"alloc_page","armed":false}"#,
        #"{"kind":"slab","armed":true,"after":1,"every":1,"times":-1,"cache":"kmalloc","#
          + #""seen":1,"failed":0}"#,
        #"{"kind":"pgtable","armed":false}"#, #"{"kind":"nolock","armed":false}"#,
        #"{"line":3,"verb":"injections","name":null,"result":null,"rows":4,"type":"text","#
          + #""errno":null,"warnings":[],"exit":0}"#,
      ])
  }

  @Test func theLogNamesTheFailure() {
    let result = run(
      """
      @inject alloc_page after=3 every=2 times=5
      @expect NULL vmalloc 64K
      dmesg
      """)
    #expect(
      result.lines.dropFirst() == [
        "[    0.000002] FAULT_INJECTION: forcing a failure.",
        "[    0.000002] name fail_page_alloc, interval 2, times 5, order 0, call 4",
        // Three pages had been got.
        "[    0.000002] vmemctl: vmalloc error: size 12288, failed to allocate pages, "
          + "mode:0xcc2(GFP_KERNEL|__GFP_HIGHMEM), nodemask=(null)",
      ])
  }

  @Test func messagesSayThatItWasWanted() {
    let result = run("@inject slab after=0\nget_vm_area 4K")
    #expect(result.exit == .unexpectedError)
    #expect(
      result.messages
        == """
        vmemctl: t.vmem:2: get_vm_area: NULL: no memory for a descriptor
          inject slab made call 1 fail (cache vm_struct)

        """)
  }

  // MARK: Limits

  @Test(arguments: [
    "slab after=0", "slab after=4294967295", "slab after=0 every=1",
    "slab after=0 every=4294967295", "slab after=0 times=1", "slab after=0 times=2147483647",
    "slab after=0 times=-1", "alloc_page after=0 order=0", "alloc_page after=0 order=10",
    "pgtable after=0 level=pte", "pgtable after=0 level=pmd", "pgtable after=0 level=pud",
    "slab after=0 cache=kmalloc", "slab after=0 cache=vm_struct", "slab after=0 cache=vmap_area",
    "slab after=0 cache=vmap_block", "slab after=0 cache=memtype",
    "slab after=0 cache=radix_tree_node", "slab times=2 every=3 after=1", "off",
    "slab off",
  ])
  func accepted(_ words: String) {
    let result = run("inject \(words)")
    #expect(result.exit == .success, "\(words): \(result.messages)")
    #expect(result.output == "0\n")
  }

  @Test(arguments: [
    ("slub after=0", "no kind of allocation `slub`; did you mean slab?"),
    ("after=0 slab", "no kind of allocation `after=0`"),
    ("frames after=0", "no kind of allocation `frames`; kinds are alloc_page slab pgtable nolock"),
    ("slab", "missing: after=N; after=0 makes the next call fail"),
    ("slab every=2", "missing: after=N"),
    ("slab after", "written as KEY=VALUE"),
    ("slab after=", "is not a number"),
    ("slab after=x", "is not a number"),
    ("slab after=-1", "`after=-1` is not from 0 to 4294967295"),
    ("slab after=4294967296", "is not from 0 to 4294967295"),
    ("slab after=1x", "`after=1x` is not from 0"),
    ("slab after=0 after=1", "`after` is given twice"),
    ("slab after=0 every=0", "`every=0` is not from 1 to 4294967295"),
    ("slab after=0 every=4294967296", "is not from 1 to 4294967295"),
    ("slab after=0 times=0", "`times=0` is not from 1 to 2147483647; times=-1 is without end"),
    ("slab after=0 times=-2", "is not from 1 to 2147483647"),
    ("slab after=0 times=2147483648", "is not from 1 to 2147483647"),
    ("slab after=0 tims=2", "slab has no key `tims`; did you mean times?"),
    ("slab after=0 order=1", "slab has no key `order`; keys are after every times cache"),
    ("alloc_page after=0 order=11", "`order=11` is not from 0 to 10"),
    ("alloc_page after=0 level=pte", "alloc_page has no key `level`"),
    ("pgtable after=0 level=pdm", "no level `pdm`; did you mean pmd?"),
    ("pgtable after=0 level=pgd", "no level `pgd`"),
    ("slab after=0 cache=nothing", "no cache `nothing`; they are kmalloc vm_struct"),
    ("off now", "nothing follows `off`"),
    ("slab off after=0", "nothing follows `off`"),
  ])
  func refused(_ words: String, _ message: String) {
    let result = run("inject \(words)\ninjections")
    #expect(result.exit == .badScript, "\(words)")
    #expect(result.messages.contains(message), "\(words): \(result.messages)")
    #expect(result.output == "")
  }

  @Test func aLevelTheMachineLacks() {
    let result = run("expect EINVAL inject pgtable after=0 level=p4d\ninjections")
    #expect(result.lines == ["-EINVAL", "alloc_page off", "slab off", "pgtable off", "nolock off"])
    // With 5 levels the slots outside the vmalloc window have no p4d table.
    let five = run(
      """
      boot --levels 5
      inject pgtable after=0 level=p4d
      expect ENOMEM populate 0xffff000000000000..+4K
      populate 0xffff000000000000..+4K
      check
      """)
    #expect(five.exit == .success, "\(five.messages)")
  }
}
