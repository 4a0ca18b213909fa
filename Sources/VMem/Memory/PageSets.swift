/// Pages that scripts and clients allocate, in sets, and what is known of any page.
package struct PageSets: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
