/// The functions and variables of an object by their addresses.
package struct SymbolIndex {
  /// In the order of their addresses.
  package let symbols: [ObjectSymbol]

  package init(_ symbols: [ObjectSymbol]) {
    self.symbols =
      symbols
      .filter { !$0.isUndefined && !$0.name.isEmpty && ($0.isFunction || $0.isObject) }
      .sorted { ($0.value, $0.size) < ($1.value, $1.size) }
  }

  /// The symbol that an address lies in, found in O(log n); nil between symbols. Of several at one
  /// address it is the largest.
  package func symbol(at address: UInt64) -> ObjectSymbol? {
    var low = 0
    var high = symbols.count
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle].value <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let symbol = symbols[low - 1]
    return address - symbol.value < max(1, symbol.size) ? symbol : nil
  }

  /// The first symbol of a name, found in O(n).
  package func symbol(named name: some Collection<UInt8>) -> ObjectSymbol? {
    symbols.first { $0.name.elementsEqual(name) }
  }

  /// `name+0x1c/0x40` for the address of an instruction; nil between symbols.
  package func text(at address: UInt64) -> [UInt8]? {
    symbol(at: address).map {
      let offset = String(address - $0.value, radix: 16)
      return $0.name + Array("+0x\(offset)/0x\(String($0.size, radix: 16))".utf8)
    }
  }
}
