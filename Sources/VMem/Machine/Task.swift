/// Who runs on a CPU: the kernel's `task_struct`.
struct Task: SlabObject {
  static var cache: Int { 9 }

  /// Its name and the name's bytes (`comm`).
  var name = InlineArray<16, UInt8>(repeating: 0)
  var nameLength: UInt8 = 0
  var unused: UInt8 = 0
  var unusedToo: UInt16 = 0
  /// Its number: the pid, less one.
  var number: UInt32 = 0
  /// What it has of temporary mappings, once it needed that.
  var kmap = Ref<KmapControl>.none
  /// Its address space; none for a task of the kernel (`mm`).
  var memory = Ref<UserSpace>.none

  /// The one the machine boots with, whose name is vmemctl and whose pid 1. It stands behind the
  /// superblock, in room for 256 bytes.
  static let boot = Ref<Task>(granule: 232)
  /// Most bytes of a name (`TASK_COMM_LEN`, without the zero at its end).
  static let maximumName = 15

  init(name text: Span<UInt8>, number: Int) {
    for index in text.indices { name[index] = text[index] }
    nameLength = UInt8(text.count)
    self.number = UInt32(number)
  }

  func isNamed(_ text: Span<UInt8>) -> Bool {
    Int(nameLength) == text.count && text.indices.allSatisfy { name[$0] == text[$0] }
  }
}
