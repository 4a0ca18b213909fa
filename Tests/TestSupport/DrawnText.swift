/// A line of text in an SVG document, and the room it takes: what fonts of fixed pitch need at most.
package struct DrawnText: CustomStringConvertible {
  package let text: String
  package let left: Double
  package let right: Double
  package let top: Double
  package let bottom: Double

  package var description: String { "\(text) at \(left)...\(right), \(top)...\(bottom)" }

  /// All lines of a document.
  package static func all(in document: String) -> [DrawnText] {
    let bytes = Array(document.utf8)
    var result: [DrawnText] = []
    var at = 0
    while let start = find("<text ", in: bytes, from: at),
      let end = find("</text>", in: bytes, from: start)
    {
      let element = String(decoding: bytes[start..<end], as: UTF8.self)
      if let text = DrawnText(element) { result.append(text) }
      at = end
    }
    return result
  }

  private init?(_ element: String) {
    guard let head = element.split(separator: ">", maxSplits: 1).first,
      let x = Self.attribute("x", of: head), let y = Self.attribute("y", of: head)
    else { return nil }
    let size = head.contains("class=\"title\"") ? 16.0 : 12.0
    text = Self.characters(of: element.dropFirst(head.count + 1))
    left = x
    right = x + Double(text.unicodeScalars.count) * size * 0.61
    (top, bottom) = (y - size * 0.9, y + size * 0.25)
  }

  private static func attribute(_ name: String, of head: Substring) -> Double? {
    let parts = head.split(separator: " ")
    guard let part = parts.first(where: { $0.hasPrefix("\(name)=\"") }) else { return nil }
    return Double(part.dropFirst(name.count + 2).prefix { $0 != "\"" })
  }

  /// Without tags, and entities as one character.
  private static func characters(of element: Substring) -> String {
    var result = ""
    var (isTag, isEntity) = (false, false)
    for character in element {
      switch character {
      case "<": isTag = true
      case ">": isTag = false
      case "&" where !isTag:
        isEntity = true
        result.append("?")
      case ";" where isEntity: isEntity = false
      default: if !isTag, !isEntity { result.append(character) }
      }
    }
    return result
  }

  private static func find(_ text: String, in bytes: [UInt8], from start: Int) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count, start <= bytes.count - wanted.count else { return nil }
    return (start...bytes.count - wanted.count).first {
      bytes[$0] == wanted[0] && bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }

  /// What is wrong with where the lines of a document stand, in words.
  package static func faults(in document: String, width: Double = 800) -> [String] {
    let texts = all(in: document)
    var faults = texts.isEmpty ? ["no text"] : []
    for text in texts where text.left < 0 || text.right > width {
      faults.append("outside: \(text)")
    }
    for (index, text) in texts.enumerated() {
      for other in texts[..<index]
      where text.left < other.right && other.left < text.right && text.top < other.bottom
        && other.top < text.bottom
      {
        faults.append("\(text) over \(other)")
      }
    }
    return faults
  }
}
