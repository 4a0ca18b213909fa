import Glibc
import Testing
import VMemScript

/// Both sides of every limit of the language.
@Suite struct LimitTests {
  @Test func names() {
    let longest = "a" + String(repeating: "b", count: 62)
    #expect(run("\(longest) = get_vm_area 4K\nfree_vm_area \(longest)").exit == .success)
    let result = run("\(longest)c = get_vm_area 4K")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("a name of 64 bytes; the most is 63"))
    #expect(run("let \(longest) = 5").exit == .success)
    #expect(run("let \(longest)c = 5").exit == .badScript)
    #expect(run("free_vm_area \(longest)c").exit == .badScript)
  }

  @Test func nestedRepeats() {
    func nested(_ depth: Int) -> String {
      String(repeating: "repeat 1 {\n", count: depth) + "echo x\n"
        + String(repeating: "}\n", count: depth)
    }
    let good = run(nested(Interpreter.maximumRepeats))
    #expect(good.output == "x\n")
    #expect(good.exit == .success)
    let bad = run(nested(Interpreter.maximumRepeats + 1))
    #expect(bad.output == "")
    #expect(bad.exit == .badScript)
  }

  @Test func nestedIncludes() throws {
    var folder = Array("/tmp/vmemctl-XXXXXX".utf8CString)
    let made = unsafe folder.withUnsafeMutableBufferPointer {
      unsafe mkdtemp($0.baseAddress!) != nil
    }
    try #require(made)
    let path = String(decoding: folder.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      for depth in 0...Interpreter.maximumIncludes + 1 { unlink("\(path)/\(depth)") }
      rmdir(path)
    }
    func write(_ name: String, _ text: String) {
      guard let file = unsafe fopen("\(path)/\(name)", "w") else { return }
      unsafe fputs(text, file)
      unsafe fclose(file)
    }
    for depth in 1...Interpreter.maximumIncludes {
      write("\(depth)", "include \(depth - 1)\n")
    }
    write("0", "echo deep\n")
    // The outermost file includes as many files as may be inside each other.
    let good = run(path: "\(path)/\(Interpreter.maximumIncludes)")
    #expect(good.messages == "")
    #expect(good.output == "deep\n")
    write("\(Interpreter.maximumIncludes + 1)", "include \(Interpreter.maximumIncludes)\n")
    let bad = run(path: "\(path)/\(Interpreter.maximumIncludes + 1)")
    #expect(bad.output == "")
    #expect(bad.exit == .badScript)
    #expect(bad.messages.hasPrefix("vmemctl: \(path)/1:1: more than 16 files"))
    write("0", "get_vm_area 4K\nnonsense\n")
    let inner = run(bytes: Array("include \(path)/0\necho after\n".utf8))
    #expect(inner.messages.hasPrefix("vmemctl: \(path)/0:2: no verb"))
    // Nothing has run.
    #expect(inner.lines == [])
    #expect(inner.exit == .badScript)
  }

  @Test func outcomes() {
    let most = Array(repeating: "NULL", count: 8).joined(separator: ",")
    #expect(run("expect \(most) get_vm_area 0").exit == .success)
    #expect(run("expect \(most),NULL get_vm_area 0").exit == .badScript)
  }

  @Test func expressions() {
    let most = "1" + String(repeating: " + 1", count: 511)
    #expect(run("let x = \(most)\nassert x eq 512").exit == .success)
    #expect(run("let x = \(most) + 1").exit == .badScript)
  }

  @Test func pagesInAList() {
    // Each name is the whole set: 64 times 65536 pages are the most.
    let list = Array(repeating: "P", count: 64).joined(separator: ",")
    let script = "boot --memory 512M\n@P = alloc_pages 65536\n@s = get_vm_area 4K --flags sparse\n"
    #expect(run(script + "expect E2BIG vm_area_map_pages s s..s+1T \(list)").exit == .success)
    let result = run(script + "expect E2BIG vm_area_map_pages s s..s+1T \(list),null")
    #expect(result.exit == .badScript)
    #expect(result.messages.contains("more than 4194304 pages"))
  }

  @Test func manyWords() {
    let words = Array(repeating: "x", count: 100_000).joined(separator: " ")
    #expect(run("echo \(words)").output == words + "\n")
  }

  @Test(arguments: ["0", "1", "4095", "4096", "0x800000000000", "0x8000000000000000", "-1"])
  func sizesAndAddresses(_ value: String) {
    // Whatever comes out, it is a result or a refusal, never an end of the process.
    for line in [
      "get_vm_area \(value)", "get_vm_area 4K --align \(value)", "read \(value) 1",
      "read s \(value)", "write \(value) 00", "fill \(value) 4K 1", "fill s \(value) 1",
      "copy \(value) s 8", "compare s \(value) 8", "vunmap_range \(value)..s",
      "vunmap_range s..\(value)",
      "populate \(value)..\(value)", "vm_area_map_pages s \(value)..s+4K P",
      "set_pte_at \(value) P",
      "vm_area_map_pages \(value) s..s+4K P", "set_pte_at s pfn:\(value)", "walk \(value)",
      "vmalloc_to_page \(value) --name", "find_vm_area \(value)", "free_vm_area \(value)",
      "kcore --read \(value) 16", "alloc_pages \(value)", "alloc_pages 1 --order \(value)",
      "alloc_pages 1 --node \(value)", "cpu \(value)", "page pfn:\(value)", "get_page pfn:\(value)",
      "vfree \(value)", "vm_unmap_ram \(value) 4", "vm_unmap_ram s \(value)",
      "pcpu_get_vm_areas --align \(value) 0:4K",
      "get_vm_area 4K --shift \(value)", "get_vm_area 4K --range \(value)..s",
      "get_vm_area 4K --flags \(value)",
      "vmalloc \(value)", "vmalloc_huge \(value)", "vmalloc 4K --align \(value)",
      "vmalloc 4K --node \(value)", "vmap P --count \(value)",
      "vmap_pfn 0x100000 \(value)", "ioremap \(value) 4K", "ioremap 0xfed00000 \(value)",
      "ioremap_page_range s..s+4K \(value)", "vunmap \(value)", "iounmap \(value)",
      "set_memory_ro \(value) 1", "set_memory_rw \(value) -1", "set_memory_x s \(value)",
      "set_memory_nx 0xffff888000000000 \(value)", "set_vm_flush_reset_perms \(value)",
      "switch_mm \(value)", "mmput \(value)", "@q = mm_create\nmmap q \(value)",
      "@q = mm_create\nmmap q 4K --at \(value)", "@q = mm_create\nmunmap q \(value) 4K",
      "@q = mm_create\nmunmap q 0 \(value)", "@q = mm_create\nmmap q 4K --at \(value) --fixed",
      "@q = mm_create\nmprotect q \(value) 4K r", "@q = mm_create\nmprotect q 0 \(value) r",
      "@q = mm_create\n@u = mmap q 8K\nmprotect q u \(value) none",
      "@q = mm_create\nmremap q \(value) 4K 8K", "fork \(value)", "task x --mm \(value)",
      "@q = mm_create\n@u = mmap q 8K\nmremap q u \(value) 4K",
      "@q = mm_create\n@u = mmap q 8K\nmremap q u 8K \(value) --maymove",
      "@q = mm_create\n@u = mmap q 8K\nmremap q u 8K 8K --maymove --to \(value)",
      "@q = mm_create\n@switch_mm q\n@u = mmap q 8K\nread u+4095 \(value)",
      "remap_vmalloc_range \(value) s 0",
      "@q = mm_create\n@switch_mm q\n@u = mmap q 4K\nremap_vmalloc_range u s \(value)",
      "@q = mm_create\n@switch_mm q\n@u = mmap q 4K\nremap_vmalloc_range u \(value) 0",
      "vfree_atomic \(value)", "page_tables --range 0..\(value) --format tree",
    ] {
      let result = run(
        "boot --memory 16M\n@P = alloc_pages 1\n@s = get_vm_area 64K --flags sparse\n\(line)\ncheck\n"
      ) {
        $0.keepGoing = true
      }
      #expect(result.exit.rawValue < 4, "\(line): \(result.messages)")
      #expect(result.lines.last == "0", "\(line): \(result.output)")
    }
  }
}
