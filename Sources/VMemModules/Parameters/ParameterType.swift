package import VMem

/// The type of a module's parameter, with the numbers of `vmem_parameter_type`.
package enum ParameterType: UInt32, CaseIterable, Sendable {
  case bool = 1
  case invbool
  case byte
  case short
  case ushort
  case int
  case uint
  case long
  case ulong
  case ullong
  case charp
  case hexint

  /// Bytes of one value.
  package var size: Int {
    switch self {
    case .bool, .invbool, .byte: 1
    case .short, .ushort: 2
    case .int, .uint, .hexint: 4
    case .long, .ulong, .ullong, .charp: 8
    }
  }

  /// The bytes of the value that a text gives; nil for a text that stays one (`charp`).
  func bytes(_ text: ArraySlice<UInt8>) throws(KernelNumberError) -> [UInt8]? {
    let value: UInt64
    switch self {
    case .bool: value = try KernelNumber.bool(text) ? 1 : 0
    case .invbool: value = try KernelNumber.bool(text) ? 0 : 1
    case .short, .int, .long:
      value = UInt64(bitPattern: try KernelNumber.signed(text, base: 0, bits: size * 8))
    case .byte, .ushort, .uint, .ulong, .ullong:
      value = try KernelNumber.unsigned(text, base: 0, bits: size * 8)
    case .hexint: value = try KernelNumber.unsigned(text, base: 16, bits: 32)
    case .charp: return nil
    }
    return (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}

/// A parameter that a module declares.
package struct ParameterDeclaration {
  package enum Shape: Equatable {
    case single
    /// Up to so many values between commas.
    case array(capacity: Int)
    /// A text that is copied into an array of so many bytes, zero byte included.
    case string(capacity: Int)
    /// The module's own function takes the text.
    case callback(needsValue: Bool)
  }

  package let name: [UInt8]
  package let type: ParameterType
  package let shape: Shape

  /// `int`, `array of int`, `string`.
  var kind: String {
    switch shape {
    case .array: "array of \(type)"
    case .string: "string"
    default: "\(type)"
    }
  }

  package init(name: [UInt8], type: ParameterType, shape: Shape = .single) {
    self.name = name
    self.type = type
    self.shape = shape
  }
}

/// What a word gives a parameter.
package struct ParameterAssignment: Equatable {
  package enum Value: Equatable {
    /// To be written to the variable: values one behind the other, or a text with its zero byte.
    case bytes([UInt8])
    /// Texts to be kept, without zero bytes; pointers to them are to be written.
    case texts([[UInt8]])
    /// For the module's function; nil for a name without a value.
    case callback([UInt8]?)
  }

  /// Which declaration.
  package let index: Int
  package let value: Value
  /// How many values an array got; 1 otherwise.
  package let count: Int
}

/// Why a module's parameters were refused.
package struct ParameterError: Error {
  package let errno: Errno
  /// What the kernel logs of it, as errors.
  package let lines: [[UInt8]]
}
