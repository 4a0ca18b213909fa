/// Memory that every CPU has its own copy of. The corresponding kernel file is mm/percpu-vm.c.
package struct PerCPUAllocator: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
