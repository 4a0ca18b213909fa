/// Areas of the kernel: made, found, freed, and shown. The corresponding kernel file is mm/vmalloc.c.
package struct VMAreas: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
