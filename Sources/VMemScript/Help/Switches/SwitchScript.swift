/// Lines that kernels with a switch answer otherwise than those without it. `run --kernel all` shows it.
package struct SwitchScript: Sendable {
  /// The name of the switch.
  package let name: StaticString
  /// A line of the language each.
  package let lines: StaticString

  init(_ name: StaticString, _ lines: StaticString) {
    self.name = name
    self.lines = lines
  }

  /// One for each switch, in the order of `Switch.all`.
  package static let all: [SwitchScript] =
    areas + vmalloc + mappings + dumps + users + arenas + others

  /// One for each word of `boot --config`, in the order of `BuildOption.all`.
  package static let builds: [SwitchScript] = [
    SwitchScript(
      "nr_cpus_8192",
      """
      P = alloc_pages 1
      vm_map_ram P
      vmallocinfo
      """),
    SwitchScript(
      "randomize_base",
      """
      get_vm_area 4K --range modules
      """),
    SwitchScript(
      "init_on_alloc",
      """
      v = vmalloc 8K
      fill v 8K 0xaa
      vrealloc v 4K
      read v+4K 4
      """),
  ]
}
