internal import VMem

extension KernelVersion {
  /// What `uname -r` says.
  var release: String { self == .next ? "7.4.0-rc0-vmemctl" : "\(text).0-vmemctl" }

  /// What `/proc/version` says, and the first line of the log (`linux_banner`).
  var banner: String { "Linux version \(release) (vmemctl@vmemctl) (vmemctl) #1 vmemctl" }
}
