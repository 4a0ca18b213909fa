/// Address spaces of user programs: their mappings, tables and faults. The corresponding kernel files are
/// mm/mmap.c and mm/memory.c.
package struct UserSpaces: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
