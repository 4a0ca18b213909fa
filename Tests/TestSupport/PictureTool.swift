/// Programs that judge pictures, where the machine has them.
package enum PictureTool {
  package static let hasXMLLint = Command.isInstalled("xmllint")
  package static let hasRenderer = Command.isInstalled("rsvg-convert")

  /// Why a document is not well-formed XML, or nil.
  package static func fault(of document: String) throws -> String? {
    let ran = try Command.run(["xmllint", "--noout", "-"], input: Array(document.utf8))
    return ran.status == 0 && ran.errorText.isEmpty ? nil : ran.errorText
  }

  /// Pixels across and down of the document as rsvg-convert draws it.
  package static func size(of document: String) throws -> (width: Int, height: Int) {
    let ran = try Command.run(["rsvg-convert"], input: Array(document.utf8))
    guard ran.status == 0, ran.errorText.isEmpty, ran.output.count > 24 else {
      throw HostFailure(what: "rsvg-convert: \(ran.errorText)", number: ran.status)
    }
    let number = { (at: Int) in ran.output[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }
}
