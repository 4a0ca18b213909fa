extension ByteWriter {
  /// Writes a text for XML, in an element or in an attribute with quotes around it. What is no
  /// printable character stands as `\x1b`, since most of those are in no XML document.
  mutating func xml(_ text: String) {
    for character in text.printable.unicodeScalars {
      switch character {
      case "&": write("&amp;")
      case "<": write("&lt;")
      case ">": write("&gt;")
      case "\"": write("&quot;")
      case "'": write("&#39;")
      // The two of this plane that XML excludes.
      case "\u{fffe}", "\u{ffff}":
        write("\\u")
        hex(UInt64(character.value), digits: 4)
      default: write(String(character))
      }
    }
  }
}
