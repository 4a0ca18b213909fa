/// What a trace of a real machine makes happen here.
package struct TraceReplay: KernelPart {
  package let ram: RAM
  package let map: AddressMap
}
