internal import VMem

extension KernelVersion {
  /// What `uname -r` says; what comes next has the number behind the newest.
  var release: String {
    guard self == .next else { return "\(text).0-vmemctl" }
    let newest = Self.released.last?.rawValue ?? 0
    return "\(newest / 1000).\(newest % 1000 + 1).0-rc0-vmemctl"
  }

  /// What `/proc/version` says, and the first line of the log (`linux_banner`).
  var banner: String { "Linux version \(release) (vmemctl@vmemctl) (vmemctl) #1 vmemctl" }
}
