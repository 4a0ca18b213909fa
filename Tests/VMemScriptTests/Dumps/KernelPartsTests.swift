import TestSupport
import Testing
import VMem

@testable import VMemScript
@testable import VMemViews

/// What some readers find a kernel's memory by: free areas, traps, and the table of names.
@Suite struct KernelPartsTests {
  private func machine(_ boot: String, _ script: String = "") throws -> Interpreter {
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: Options(), output: nil, messages: nil)
    let text = "boot \(boot)\n" + script
    #expect(interpreter.run(ScriptSource(name: "t", bytes: Array(text.utf8))) == .success)
    return interpreter
  }

  private static let kernels = KernelVersion.allCases.map { "--memory 16M --kernel \($0.text)" }

  @Test(arguments: kernels)
  func freeAreasStandInATreeAndAList(_ boot: String) throws {
    let script =
      (0..<9).map { "a\($0) = vmalloc 12K\n" }.joined() + "vfree a2\nvfree a5\nvm_unmap_aliases\n"
    let made = try machine(boot, script)
    let dump = try DumpedKernel(made.machine)
    var expected: [[UInt64]] = []
    made.machine.vmAreas.forEachFreeBlock { expected.append([$0, $1]) }
    // Nodes keep what is freed for the next of its size.
    #expect(expected.count > (dump.image.has("vmap_nodes") ? 0 : 2))
    let areas = dump.list(dump.image["free_vmap_area_list"], "struct vmap_area", "list")
    let ends = areas.map { area in
      ["va_start", "va_end"].map { dump.load(area, "struct vmap_area", $0) }
    }
    #expect(ends == expected)
    let node = dump.image.offset("struct vmap_area", "rb_node")
    let root = dump.image["free_vmap_area_root"]
    #expect(dump.tree(root).map { $0 - node } == areas)
    // The largest of all stands at the root.
    let top = dump.load(root) - node
    #expect(
      dump.load(top, "struct vmap_area", "subtree_max_size") == expected.map { $0[1] - $0[0] }.max()
    )
  }

  @Test(arguments: [
    (UInt64(15937), UInt64(15937), [UInt64(252), 315, 378, 441]),
    // A zone has its share; one page is the least of steps.
    (4000, 8000, [89, 111, 133, 155]), (0, 8000, [0, 0, 0, 0]), (0, 0, [0, 0, 0, 0]),
    // 128 kB at least, 256 MiB at most.
    (16, 16, [32, 40, 48, 56]), (1 << 34, 1 << 34, [65536, 17_245_405, 34_425_274, 51_605_143]),
  ])
  func watermarks(_ managed: UInt64, _ total: UInt64, _ expected: [UInt64]) {
    #expect(Watermarks(managed: managed, total: total).pages == expected)
  }

  @Test func zonesHaveWatermarks() throws {
    let made = try machine("--memory 64M")
    let dump = try DumpedKernel(made.machine)
    let managed = made.machine.pageSets.zoneRanges.map(\.managed)
    let node = dump.load(dump.image["node_data"])
    let zone = "node_zones[\(dump.image.table.constant("ZONE_DMA32")!)]"
    let marks = (0..<3).map { dump.load(node, "struct pglist_data", "\(zone)._watermark[\($0)]") }
    #expect(
      marks
        == Array(Watermarks(managed: managed[0], total: managed.reduce(0, +)).pages.prefix(3)))
    #expect(marks[0] > 0)
  }

  @Test(arguments: kernels)
  func trapsHaveHandlers(_ boot: String) throws {
    let made = try machine(boot)
    let dump = try DumpedKernel(made.machine)
    for (number, handler) in [(0, "asm_exc_divide_error"), (14, "asm_exc_page_fault")] {
      let gate = dump.image["idt_table"] + UInt64(number * 16)
      let (low, high) = (dump.load(gate), dump.load(gate + 8))
      #expect(low & 0xffff | low >> 32 & 0xffff_0000 | high << 32 == dump.image[handler])
      #expect(low >> 47 & 1 == 1 && low >> 16 & 0xffff == 0x10)
    }
    #expect(dump.load(dump.image["idt_table"] + 32 * 16) == 0)
  }

  /// The table in memory, read as the kernel reads it, names what the image has.
  @Test(arguments: kernels + ["--memory 16M --kernel 6.18 --levels 5"])
  func kallsyms(_ boot: String) throws {
    let made = try machine(boot)
    let dump = try DumpedKernel(made.machine)
    let image = dump.image
    let count = Int(dump.load(image["kallsyms_num_syms"], size: 4))
    // Readers that look for the table by its looks want a second marker.
    #expect(count > 256)
    var at = image["kallsyms_names"]
    var found: [String: UInt64] = [:]
    for number in 0..<count {
      if number % 256 == 0 {
        let marker = image["kallsyms_markers"] + UInt64(number / 256 * 4)
        #expect(dump.load(marker, size: 4) == at - image["kallsyms_names"])
      }
      let length = dump.load(at, size: 1)
      let name = (1...length).map { place in
        let token = dump.load(at + place, size: 1)
        let index = dump.load(image["kallsyms_token_index"] + token * 2, size: 2)
        return dump.text(image["kallsyms_token_table"] + index)
      }.joined()
      let place = image["kallsyms_offsets"] + UInt64(number * 4)
      let offset = dump.load(place, size: 4)
      let from = image.kernel >= .v7_0 ? place : dump.variable("kallsyms_relative_base")
      found[String(name.dropFirst())] =
        from &+ UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: offset)))
      at += length + 1
    }
    for place in image.places { #expect(found[place.name] == place.address, "\(place.name)") }
    #expect(found["swapper_pg_dir"] == image["init_top_pgt"])
  }

  /// Callers of areas are functions of the image.
  @Test func callers() throws {
    let made = try machine(
      "--memory 16M --kernel 6.1", "a = vmalloc 4K --caller kernel_clone+0x5/0x10\n")
    let dump = try DumpedKernel(made.machine)
    let area = dump.list(dump.image["vmap_area_list"], "struct vmap_area", "list")[0]
    let vm = dump.load(area, "struct vmap_area", "vm")
    #expect(dump.load(vm, "struct vm_struct", "caller") == dump.image["kernel_clone"] + 5)
  }

  /// Each CPU has its own variables, and an idle task.
  @Test(arguments: kernels)
  func cpus(_ boot: String) throws {
    let made = try machine(boot + " --cpus 3")
    let dump = try DumpedKernel(made.machine)
    let image = dump.image
    for cpu in 0..<3 as Range<UInt64> {
      let distance = dump.load(image["__per_cpu_offset"] + cpu * 8)
      let queue = image["runqueues"] &+ distance
      #expect(dump.load(queue, "struct rq", "cpu") == cpu)
      let idle = dump.load(queue, "struct rq", "idle")
      let name = dump.text(idle + image.offset("struct task_struct", "comm"), 16)
      #expect(name == "swapper/\(cpu)")
      let number =
        image.has("pcpu_hot")
        ? dump.load(image["pcpu_hot"] &+ distance, "struct pcpu_hot", "cpu_number")
        : dump.load(image["cpu_number"] &+ distance, size: 4)
      #expect(number == cpu)
      // What is allocated for every CPU is there for each.
      let caches = dump.list(image["slab_caches"], "struct kmem_cache", "list")
      let last = dump.load(caches.last!, "struct kmem_cache", "cpu_slab")
      #expect(dump.load(last &+ distance) == 0)
    }
    #expect(dump.load(image["__per_cpu_offset"] + 24) == 0)
  }
}
