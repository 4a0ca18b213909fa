internal import VMem

extension Help {
  /// Every switch, what it changes, and the kernels that have it.
  package var kernels: String {
    let versions = KernelVersion.allCases
    let width = Switch.all.map { $0.name.utf8CodeUnitCount }.max() ?? 0
    let said = Switch.all.map { $0.meaning.utf8CodeUnitCount }.max() ?? 0
    var text = """
      boot --kernel VERSION behaves as that kernel. What differs between kernels has names, which
      boot --with NAME,… switches on and boot --without NAME,… off; info shows those that are on.


      """
    text += padded("", width + said + 4)
    text += versions.map { padded("\($0.text)", 5) }.joined() + "\n"
    for one in Switch.all {
      text += "\(padded("\(one.name)", width))  \(padded("\(one.meaning)", said))  "
      text +=
        versions.map { padded(one.kernels?.contains($0) ?? false ? "on" : "-", 5) }.joined() + "\n"
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.reversed().drop(while: { $0 == " " }).reversed())
    }.joined(separator: "\n")
  }
}
