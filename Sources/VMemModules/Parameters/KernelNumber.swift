package import VMem

/// Why a text is no number.
package enum KernelNumberError: Error {
  case invalid
  case outOfRange

  package var errno: Errno { self == .invalid ? .EINVAL : .ERANGE }
}

/// Numbers in texts as the kernel reads them: the whole text, but for one newline at its end.
package enum KernelNumber {
  /// A number without a sign or with a plus sign, below 2 to the power of `bits`.
  ///
  /// - Parameter base: 2 to 36; 0 takes 0x for hexadecimal and 0 for octal.
  ///
  /// The corresponding kernel function is `kstrtoull`.
  package static func unsigned(
    _ text: ArraySlice<UInt8>, base: Int, bits: Int = 64
  ) throws(KernelNumberError) -> UInt64 {
    let digits = text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    let value = try magnitude(digits, base: base)
    guard bits == 64 || value >> UInt64(bits) == 0 else { throw .outOfRange }
    return value
  }

  /// A number of `bits` bits with an optional sign.
  ///
  /// The corresponding kernel function is `kstrtoll`.
  package static func signed(
    _ text: ArraySlice<UInt8>, base: Int, bits: Int = 64
  ) throws(KernelNumberError) -> Int64 {
    let limit: UInt64 = 1 << UInt64(bits - 1)
    if text.first == UInt8(ascii: "-") {
      let value = try magnitude(text.dropFirst(), base: base)
      guard value <= limit else { throw .outOfRange }
      return Int64(bitPattern: 0 &- value)
    }
    let value = try unsigned(text, base: base)
    guard value < limit else { throw .outOfRange }
    return Int64(value)
  }

  /// Yes or no by the first letters: y, t, 1, on; n, f, 0, off. What follows them does not count.
  ///
  /// The corresponding kernel function is `kstrtobool`.
  package static func bool(_ text: ArraySlice<UInt8>) throws(KernelNumberError) -> Bool {
    let letters = text.prefix(2).map { $0 | 0x20 }
    switch text.first {
    case UInt8(ascii: "1"): return true
    case UInt8(ascii: "0"): return false
    default: break
    }
    switch letters.first {
    case UInt8(ascii: "y"), UInt8(ascii: "t"): return true
    case UInt8(ascii: "n"), UInt8(ascii: "f"): return false
    case UInt8(ascii: "o"):
      if letters.dropFirst().first == UInt8(ascii: "n") { return true }
      if letters.dropFirst().first == UInt8(ascii: "f") { return false }
    default: break
    }
    throw .invalid
  }

  private static func magnitude(
    _ text: ArraySlice<UInt8>, base: Int
  ) throws(KernelNumberError) -> UInt64 {
    let (base, digits) = radix(text, base)
    var value: UInt64 = 0
    var isTooLarge = false
    var rest = digits
    while let digit = rest.first?.digit, digit < base {
      let (product, isOver) = value.multipliedReportingOverflow(by: base)
      let (sum, isAbove) = product.addingReportingOverflow(digit)
      isTooLarge = isTooLarge || isOver || isAbove
      value = sum
      rest = rest.dropFirst()
    }
    // The kernel notices the range before what is behind the digits.
    guard !isTooLarge else { throw .outOfRange }
    guard rest.startIndex > digits.startIndex else { throw .invalid }
    if rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    guard rest.isEmpty else { throw .invalid }
    return value
  }

  /// The base that counts, and the text without its prefix.
  private static func radix(
    _ text: ArraySlice<UInt8>, _ base: Int
  ) -> (base: UInt64, digits: ArraySlice<UInt8>) {
    let isZero = text.first == UInt8(ascii: "0")
    let second = text.dropFirst().first
    let hasX = isZero && second.map { $0 | 0x20 } == UInt8(ascii: "x")
    var base = UInt64(base)
    if base == 0 {
      let isHexadecimal = hasX && text.dropFirst(2).first.map { $0.digit < 16 } == true
      base = isHexadecimal ? 16 : isZero ? 8 : 10
    }
    return (base, base == 16 && hasX ? text.dropFirst(2) : text)
  }
}
