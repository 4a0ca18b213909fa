@testable import VMem

/// The words of recorded operations and answers.
extension KmapPlayer {
  /// `H[3]`: a frame number.
  func page(_ word: String) -> UInt64 { pages(word)[0] }

  /// `H[3..7]`, both ends included.
  func pages(_ word: String) -> [UInt64] {
    let parts = word.split(whereSeparator: { "[].".contains($0) })
    let all = pages[String(parts[0])]!
    return Array(all[Int(parts[1])!...Int(parts[parts.count - 1])!])
  }

  func address(_ word: String) -> UInt64 {
    if word.hasPrefix("0x") {
      let value = UInt64(word.dropFirst(2), radix: 16)!
      if value < 0xc000_0000 { return value }
      return value < 0xf000_0000
        ? machine.map.pageOffset + (value - 0xc000_0000) : KmapRecording.extended(value)
    }
    let parts = word.split(separator: "+")
    let offset = parts.count > 1 ? UInt64(parts[1].dropFirst(2), radix: 16)! : 0
    return names[String(parts[0])]! + offset
  }

  /// Page `H[3]`, or what the recorder says of a frame without a name.
  func name(_ pfn: UInt64) -> String {
    for (name, frames) in pages {
      if let index = frames.firstIndex(of: pfn) { return "\(name)[\(index)]" }
    }
    return "(pfn 0x\(String(pfn, radix: 16)) no page)"
  }

  func bytes(_ address: UInt64, _ count: UInt64) -> String? {
    var result: [String] = []
    do throws(Refusal) {
      try machine.mmu.read(address, count: count) { part in
        for index in part.indices {
          result.append((part[index] < 16 ? "0" : "") + String(part[index], radix: 16))
        }
      }
    } catch {
      return nil
    }
    return result.joined(separator: " ")
  }

  mutating func mapped(_ name: String, _ address: UInt64) -> String {
    names[name] = address
    return text(address)
  }

  /// The address as the recording has it: its lower half, and for low memory what it said first.
  mutating func text(_ address: UInt64) -> String {
    if address >= 0xffff_ffff_0000_0000 { return "0x" + String(address & 0xffff_ffff, radix: 16) }
    if let known = low[address] { return known }
    let taken = Set(low.values)
    let words = recorded.split(whereSeparator: { " ;".contains($0) }).map(String.init)
    let new = words.map { $0.hasPrefix("0x") ? $0 : "0x" + $0 }.first {
      $0.hasPrefix("0xc0") && $0.utf8.count == 10 && !taken.contains($0)
    }
    low[address] = new ?? "unknown"
    return low[address]!
  }

  /// Addresses as runs of neighbours.
  mutating func list(_ addresses: [UInt64]) -> String {
    var text = ""
    var at = 0
    while at < addresses.count {
      var end = at
      let step = at + 1 < addresses.count ? addresses[at + 1] &- addresses[at] : 0
      if step == 4096 || step == 0 &- 4096 {
        while end + 1 < addresses.count, addresses[end + 1] &- addresses[end] == step { end += 1 }
      }
      if end - at >= 1 {
        let way = step == 4096 ? "ascending" : "descending"
        text += "\(self.text(addresses[at]))..\(self.text(addresses[end]))"
        text += "(\(end - at + 1) pages \(way)) "
      } else {
        text += "\(self.text(addresses[at])) "
      }
      at = end + 1
    }
    return text
  }
}
