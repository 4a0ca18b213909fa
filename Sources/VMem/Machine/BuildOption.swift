/// What the build of a kernel decides, and not its version: a word of `boot --config`.
package struct BuildOption: Sendable {
  package let name: StaticString
  package let value: Switches
  /// What it changes, in a few words.
  package let meaning: StaticString

  /// Every option. None is on by itself; `distribution` stands for all of them.
  package static let all: [BuildOption] = [
    BuildOption(
      name: "nr_cpus_8192", value: .nrCPUs8192,
      meaning: "up to 8192 CPUs: vm_map_ram cuts blocks of 1 MiB, not 4 MiB"),
    BuildOption(
      name: "randomize_base", value: .randomizeBase,
      meaning: "the kernel's image has 1 GiB: modules from 0xffffffffc0000000 on"),
    BuildOption(
      name: "init_on_alloc", value: .initOnAlloc,
      meaning: "pages are zeroed when they are allocated, and so is what vrealloc cuts off"),
  ]
}

extension Switches {
  /// All that builds decide.
  static let buildOptions = BuildOption.all.reduce(into: Switches()) { $0.formUnion($1.value) }
}
