internal import CModule

/// Functions of kernels that modules cannot call here, by family, and names near one that they can.
enum Families {
  /// What to say of a name that nothing has.
  static func sentence(for name: String) -> String? { nil }

  /// What to say of the first name that a compiler did not know.
  static func hint(of output: [UInt8]) -> String? { nil }
}
