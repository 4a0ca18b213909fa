@testable import VMemCLI

/// A commit part by part, for logs that tests write, right or wrong.
struct SpelledCommit: Equatable {
  var sequence: UInt64 = 0
  var generation: UInt32 = 0
  var previous: UInt32 = 0
  var commands: [UInt8] = []
  var frames: [UInt32] = []
  var masks: [UInt8] = []
  var sums: [UInt32] = []

  init() {}

  init(_ record: CommitRecord) {
    sequence = record.sequence
    generation = record.generation
    previous = record.previous
    commands = record.commands
    frames = (0..<record.counts.frames).map { record.frame($0) }
    masks = (0..<record.counts.frames).map { record.mask($0) }
    sums = (0..<record.counts.sectors).map { record.sum($0) }
  }

  var size: Int {
    CommitRecord.Counts(frames: frames.count, sectors: sums.count, commands: commands.count).size
  }

  /// The sectors before those that it names.
  var header: [UInt8] {
    let header = CommitHeader(frames: frames.count, sectors: sums.count, commands: commands)
    for place in frames.indices { header.set(place, frame: frames[place], mask: masks[place]) }
    for index in sums.indices { header.sums[index] = sums[index] }
    header.seal(sequence: sequence, generation: generation, previous: previous)
    return Array(header.written)
  }
}
