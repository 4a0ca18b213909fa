internal import CModule

extension FamilyTable {
  /// The table of the headers that come with the program.
  static var own: FamilyTable {
    FamilyTable(
      families: BuildFolder.file("families"), headers: BuildFolder.file("names"),
      calls: CallTable.every.entries.map { "\($0.name)" } + nativeNames)
  }

  private static var nativeNames: [String] {
    var names: [String] = []
    while let name = vmem_natives_at(names.count).name { names.append(String(cString: name)) }
    return names
  }
}
