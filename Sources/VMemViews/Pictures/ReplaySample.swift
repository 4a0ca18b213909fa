/// What the address space was like at a moment of a replay.
package struct ReplaySample: Sendable {
  /// Line of the trace.
  package var line: Int
  /// What the trace's clock said; nil where it has none.
  package var time: UInt64?
  /// Largest free block of the vmalloc window and of the modules' window, in bytes.
  package var vmallocHole: UInt64
  package var modulesHole: UInt64
  /// Bytes of all busy areas.
  package var busy: UInt64

  package init(line: Int, time: UInt64?, vmallocHole: UInt64, modulesHole: UInt64, busy: UInt64) {
    self.line = line
    self.time = time
    self.vmallocHole = vmallocHole
    self.modulesHole = modulesHole
    self.busy = busy
  }
}
