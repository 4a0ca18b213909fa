/// What a script's name stands for.
package enum NameKind: UInt8, Sendable {
  /// Nothing yet, or NULL.
  case nothing = 0
  /// A number of `let`.
  case number
  /// An address: an area, or what a call returned.
  case address
  /// A set of pages.
  case pages
}

/// A name of the command language, kept in RAM with what it stands for.
package struct Name: HashLinked, Sendable {
  static var cache: Int { 1 }

  package static let maximumLength = 63

  var hash: UInt32 = 0
  var nextInBucket = Ref<Name>.none
  package var kind: UInt8 = 0
  package var length: UInt8 = 0
  /// Whether the object the name stands for lives; the value stays readable when it does not.
  package var isLive: Bool = false
  var unused: UInt8 = 0
  package var pages = Ref<PageSet>.none
  /// Address or number; for pages the direct-map address of the first.
  package var value: UInt64 = 0
  var area = Ref<VMArea>.none
  var unusedToo: UInt32 = 0
  package var text = InlineArray<64, UInt8>(repeating: 0)
}
