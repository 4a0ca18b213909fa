/// Names of things, and symbols of callers.
package struct Names: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
