public func runVmemctl() {}
