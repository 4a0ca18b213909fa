package import VMem

/// Where functions of the kernel lie, without a machine.
package struct KernelFunctions {
  private let image: KernelImage

  package init(_ configuration: Configuration) { self.init(KernelImage(configuration)) }

  init(_ image: KernelImage) { self.image = image }

  /// The address of a function; nil where there is none of the name.
  package func address(_ name: String) -> UInt64? { image.has(name) ? image[name] : nil }

  /// Where the lines of a script are that call no function: `vmemctl`.
  package var caller: UInt64 { image["vmemctl"] }
  /// Where they go on behind a call.
  package var returnAddress: UInt64 { image["vmemctl"] + 5 }
}
