internal import VMem

/// A name that the table dump prints where a part of the address space begins.
struct AddressMarker {
  let start: UInt64
  let name: StaticString

  /// The markers of an x86-64 kernel without LDT remap, ESPfix, KASAN and EFI, whose areas this
  /// machine does not have. The corresponding kernel variable is `address_markers`.
  static func list(
    _ map: AddressMap, _ window: (geometry: KmapWindow, localSlots: Int)?
  ) -> [AddressMarker] {
    var markers = [
      AddressMarker(start: 0, name: "User Space"),
      AddressMarker(start: 0x8000_0000_0000_0000, name: "Kernel Space"),
      AddressMarker(start: map.pageOffset, name: "Low Kernel Mapping"),
      AddressMarker(start: map.vmallocStart, name: "vmalloc() Area"),
      AddressMarker(start: map.vmemmap, name: "Vmemmap"),
      AddressMarker(start: 0xffff_fe00_0000_0000, name: "CPU entry Area"),
      AddressMarker(start: 0xffff_ffff_8000_0000, name: "High Kernel Mapping"),
      AddressMarker(start: map.modulesStart, name: "Modules"),
      AddressMarker(start: AddressMap.modulesEnd, name: "End Modules"),
    ]
    guard let window else {
      return markers + [AddressMarker(start: 0xffff_ffff_ff57_c000, name: "Fixmap Area")]
    }
    markers.append(AddressMarker(start: window.geometry.base, name: "Persistent kmap() Area"))
    let start = window.geometry.fixmapStart(window.localSlots)
    markers.append(AddressMarker(start: start, name: "Fixmap Area"))
    return markers.sorted { $0.start < $1.start }
  }
}
