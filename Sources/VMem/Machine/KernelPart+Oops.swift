/// What a kernel dies of.
extension KernelPart where Self: ~Copyable {
  /// Logs the BUG and makes the refusal for it.
  func bug(
    _ function: KernelFunction, _ rule: Rule, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0
  ) -> Refusal {
    logMessage(.bug, level: 0, function, a, b, c, nextOops())
    return Refusal(.bug, rule, a, b, c)
  }

  /// The number of the oops that is about to be logged: they are counted from boot.
  package func nextOops() -> UInt64 {
    ram[ram.log].oopses &+= 1
    return UInt64(ram[ram.log].oopses)
  }

  /// Oopses since boot.
  package var oopses: UInt64 { UInt64(ram[ram.log].oopses) }

  /// Logs a page fault that nothing handles. The corresponding kernel function is `page_fault_oops`.
  ///
  /// - Parameters:
  ///   - function: where the instruction stands, if that is known.
  ///   - address: what was accessed; in the first page it is a null pointer's member.
  ///   - code: the processor's error code.
  func logPageFault(_ function: KernelFunction?, _ address: UInt64, _ code: PageFaultCode) {
    logMessage(.pageFault, level: 1, function, address, UInt64(code.rawValue), nextOops())
  }

  /// Logs an access of the kernel's own that the MMU has refused.
  func logPageFault(_ function: KernelFunction?, of refused: Refusal, isWrite: Bool) {
    var code: PageFaultCode = isWrite ? .write : []
    if refused.rule == .readOnly { code.insert(.present) }
    logPageFault(function, refused.a, code)
  }
}

/// Why the processor could not translate an address (`enum x86_pf_error_code`).
package struct PageFaultCode: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// An entry is present and does not permit the access.
  package static let present = PageFaultCode(rawValue: 1)
  package static let write = PageFaultCode(rawValue: 2)
}
