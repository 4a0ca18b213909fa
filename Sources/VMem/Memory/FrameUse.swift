/// What a frame is used for.
package enum FrameUse: Sendable {
  case free
  /// On a CPU's list of free frames.
  case perCPU
  /// Structures that boot placed, and the device hole below 1 MiB.
  case reserved
  case table
  case slab
  /// A chunk of the machine's own arrays.
  case array
  /// Allocated by a caller.
  case allocated
}
