/// What is done to VMCOREINFO so that it is wrong: test data for those who read it.
package enum VmcoreinfoDamage: Equatable, Sendable {
  /// Lines that are left out, by what stands in front of `=`, or by the name in its parentheses.
  case without([String])
  /// Lines are cut, doubled, emptied and given absurd values; equal seeds do equal damage.
  case garbled(seed: UInt64)

  /// Reads `without:NAME,…` or `garble:SEED`; nil for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0] {
    case "without":
      let names = parts[1].split(separator: ",").map(String.init)
      guard !names.isEmpty else { return nil }
      self = .without(names)
    case "garble":
      guard let seed = UInt64(parts[1]) else { return nil }
      self = .garbled(seed: seed)
    default: return nil
    }
  }

  /// The first name that no line has, or nil.
  package func unknownName(in text: String) -> String? {
    guard case .without(let names) = self else { return nil }
    let lines = text.split(separator: "\n")
    return names.first { name in !lines.contains { Self.isLine($0, of: name) } }
  }

  private static func isLine(_ line: Substring, of name: String) -> Bool {
    let key = line.prefix { $0 != "=" }
    return key == name || key.hasSuffix("(\(name))")
  }

  func applied(to text: String) -> [UInt8] {
    switch self {
    case .without(let names):
      let lines = text.split(separator: "\n").filter { line in
        !names.contains { Self.isLine(line, of: $0) }
      }
      return Array(lines.map { $0 + "\n" }.joined().utf8)
    case .garbled(let seed): return Self.garble(text, seed)
    }
  }

  private static func garble(_ text: String, _ seed: UInt64) -> [UInt8] {
    var state = seed
    // SplitMix64 (Steele, Lea and Flood 2014).
    func next(_ count: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return Int((word ^ word >> 31) % UInt64(count))
    }
    var bytes: [UInt8] = []
    for line in text.split(separator: "\n") {
      let key = Array(line.utf8.prefix { $0 != 0x3d })
      var line = Array(line.utf8)
      switch next(12) {
      case 0: line = Array(line.prefix(next(line.count + 1)))
      case 1: line = key
      case 2: line = key + [0x3d]
      case 3: line = key + Array("=ffffffffffffffffffffffff".utf8)
      case 4: line = key + Array("=-9223372036854775809".utf8)
      case 5: line += [0x0a] + line
      case 6: line[next(line.count)] = UInt8(next(256))
      default: break
      }
      bytes += line + [0x0a]
    }
    // The last line may have no end.
    return next(2) == 0 ? bytes : Array(bytes.dropLast())
  }
}
