/// Names of the command language, and symbols of callers.
struct NameState: BitwiseCopyable {
  var names = HashTable<Name>()
  var symbols = HashTable<Symbol>()
}

extension RAM {
  var names: Ref<NameState> { self[Superblock.ref].roots.names }
}
