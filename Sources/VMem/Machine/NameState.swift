/// Names of the command language, and symbols of callers by their length.
struct NameState: BitwiseCopyable {
  var names = HashTable<Name>()
  var symbols = HashTable<Symbol>()
  var shortSymbols = HashTable<ShortSymbol>()
}

extension RAM {
  var names: Ref<NameState> { self[Superblock.ref].roots.names }
}
