/// Calls that are carried out in parts.
package struct Steps: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
