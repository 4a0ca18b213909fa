/// Arenas of BPF programs. The corresponding kernel file is kernel/bpf/arena.c.
package struct Arenas: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
