/// Tasks, and which of them the CPUs run.
package struct Tasks: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
