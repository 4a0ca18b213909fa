/// Files, memfds, their page caches, and udmabuf.
package struct Files: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
