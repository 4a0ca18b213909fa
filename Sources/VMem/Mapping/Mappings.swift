/// What the kernel maps in areas and takes away again: vmalloc, vmap, vm_map_ram, ioremap, sparse areas.
/// The corresponding kernel file is mm/vmalloc.c.
package struct Mappings: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
