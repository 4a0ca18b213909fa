/// High memory, its temporary mappings, and protection keys of pages. The corresponding kernel file is
/// mm/highmem.c.
package struct Highmem: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
