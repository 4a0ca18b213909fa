/// Stacks of the kernel, fixed and dynamic.
package struct Stacks: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
