/// A script in `examples/`, which `Scripts/install` installs.
package struct Example: Sendable {
  /// Path below the folder of examples.
  package let path: StaticString
  /// What it shows: the first comment of the script.
  package let summary: StaticString

  private init(_ path: StaticString, _ summary: StaticString) {
    self.path = path
    self.summary = summary
  }

  /// All examples, in the order to read them in.
  package static let all: [Example] = [
    Example(
      "01-tour.vmem",
      "The smallest useful script: reserve addresses, put a page there, look at it."),
    Example(
      "02-sparse.vmem",
      "Every step of a sparse area's life, with the refusals on the way."),
    Example(
      "03-page-tables.vmem",
      "How page tables appear, what their entries say, and why they stay."),
    Example(
      "04-two-kinds-of-sparse.vmem",
      "Which contexts can fill a sparse area, with and without its page tables."),
    Example(
      "05-before-sparse.vmem",
      "Why VM_SPARSE exists: the ways around it, and what the kernel's files say about each."),
    Example(
      "06-lazy-purge.vmem",
      "Why a freed address is not the next one handed out."),
    Example(
      "07-fragmentation.vmem",
      "Why a hole that is big enough is not taken."),
    Example(
      "08-vm_map_ram.vmem",
      "Short mappings, cut from blocks that belong to CPUs."),
    Example(
      "09-huge.vmem",
      "When vmalloc_huge gets leaves of 2 MiB, and what unmapping a part of one costs."),
    Example(
      "10-vrealloc-shrink.vmem",
      "Why shrinking in place needs care: the tail, the guard page, and what kcore reads."),
    Example(
      "11-ioremap.vmem",
      "Device memory: alignment, large leaves, cache modes, and what is refused."),
    Example(
      "12-set_memory.vmem",
      "Code made read-only and executable in both its mappings, and what vfree leaves behind."),
    Example(
      "13-stale-tlb.vmem",
      "Between vfree and the purge, a TLB still reaches a page that has a new owner."),
    Example(
      "14-steps.vmem",
      "Two CPUs at once: what one sees while the other is in the middle of a call."),
    Example(
      "15-inject.vmem",
      "What calls leave behind when an allocation fails half-way."),
    Example(
      "16-fork.vmem",
      "Copy on write: one frame for two programs until one of them writes."),
    Example(
      "17-user-mapping.vmem",
      "Pages of an area in a process: remap_vmalloc_range, references, and TLBs at a switch."),
    Example(
      "18-bpf-arena.vmem",
      "A BPF arena from both sides: a list that a process and a BPF program share."),
    Example(
      "19-arena-race.vmem",
      "A BPF program frees a page, part by part, while two users touch it."),
    Example(
      "20-vmap-file.vmem",
      "Part of a file in one range of kernel addresses, and what missing pages do to it."),
    Example(
      "21-udmabuf.vmem",
      "Overlapping ranges of a memfd as one buffer: seals, pins, shared struct pages."),
    Example(
      "22-dynamic-stacks.vmem",
      "Stacks that grow on faults: the stash, its refill, and what cannot be repaired."),
    Example(
      "23-stack-policies.vmem",
      "Static, dynamic and reclaimed stacks on one workload, with figures of real machines."),
    Example(
      "24-kmap.vmem",
      "Addresses for high memory: the slots of kmap, sleep when all are in use, kmap_local."),
    Example(
      "25-pks-stray-write.vmem",
      "Protection keys: pages that only the task that has mapped them can access."),
    Example(
      "26-vrealloc-overflow.vmem",
      "What a vrealloc that moves an area to a smaller one writes over, and how far it comes."),
    Example(
      "27-kernels.vmem",
      "One question to every kernel: what changed between 6.1 and 7.3 in a dozen lines."),
    Example(
      "28-use-after-unmap.vmem",
      "Pages freed under a mapping: who reads whose memory, and how map_audit tells."),
    Example(
      "shell/session.sh",
      "A machine in a file, worked on by commands that come and go. Paste it line by line."),
    Example(
      "shell/test_vmalloc.sh",
      "The kernel's own tests of vmalloc, as a measure of what a policy costs."),
    Example(
      "shell/pictures.sh",
      "Five pictures: two maps, a walk, tables, and a difference between moments."),
    Example(
      "shell/why-not-there.sh",
      "Why an ioremap leaves a hole of its own size behind."),
    Example(
      "shell/module-space-full.sh",
      "Who has eaten the module space, and what keeps a module out of it when it is free again."),
    Example("shell/dump.sh", "A kcore, read with readelf and gdb."),
    Example("shell/drgn.sh", "A vmcore, read with drgn."),
    Example("shell/crash.sh", "A vmcore, read with crash."),
    Example("shell/gdb-live.sh", "A script, stepped with gdb."),
  ]
}

extension Help {
  /// The examples, one line each.
  package var examples: String {
    let width = Example.all.map { $0.path.utf8CodeUnitCount }.max() ?? 0
    let rows = Example.all.map { "  \(padded("\($0.path)", width))  \($0.summary)\n" }
    return """
      Scripts that teach, in the order to read them in. The sources have them in examples/, and
      an installation in PREFIX/share/vmemctl/examples. To run one: vmemctl run FILE

      \(rows.joined())
      """
  }
}
