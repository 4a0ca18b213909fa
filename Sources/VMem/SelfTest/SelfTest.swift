/// The kernel's own test of vmalloc. The corresponding kernel file is lib/test_vmalloc.c.
package struct SelfTest: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
