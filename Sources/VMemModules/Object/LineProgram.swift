/// The machine that makes the rows of a line table of its program.
struct LineProgram {
  /// The end of a sequence: how many rows there were by then, and the first address behind it.
  struct End {
    let rows: Int
    let address: UInt64
  }

  private(set) var rows: [LineTable.Row] = []
  private(set) var ends: [End] = []

  private let header: LineHeader
  private let firstFile: Int
  private var program: ObjectBytes
  private var address: UInt64 = 0
  private var file: UInt64 = 1
  private var line: UInt64 = 1

  /// - Parameter firstFile: index that the header's first file has among those of all units.
  init(_ header: LineHeader, firstFile: Int) {
    self.header = header
    self.firstFile = firstFile
    program = header.program
  }

  mutating func run() throws(ObjectError) {
    while !program.isAtEnd {
      let opcode = try program.number(1)
      if opcode >= header.opcodeBase {
        special(opcode - header.opcodeBase)
      } else {
        try standard(opcode)
      }
    }
  }

  private mutating func special(_ opcode: UInt64) {
    advance(opcode / header.lineRange)
    line &+= UInt64(bitPattern: header.lineBase) &+ opcode % header.lineRange
    row()
  }

  private mutating func standard(_ opcode: UInt64) throws(ObjectError) {
    switch opcode {
    case 0: try extended()
    case 1: row()
    case 2: advance(try program.unsigned())
    case 3: line &+= UInt64(bitPattern: try program.signed())
    case 4: file = try program.unsigned()
    case 8: advance((255 - header.opcodeBase) / header.lineRange)
    case 9: address &+= try program.number(2)
    default:
      // Columns, blocks, statements and what later versions may add.
      for _ in 0..<header.operandCounts[Int(opcode) - 1] { _ = try program.unsigned() }
    }
  }

  private mutating func extended() throws(ObjectError) {
    var operands = try program.take(try program.unsigned())
    guard !operands.isAtEnd else { return }
    switch try operands.number(1) {
    case 1:
      ends.append(End(rows: rows.count, address: address))
      (address, file, line) = (0, 1, 1)
    case 2:
      address = try operands.number(8)
    default: break
    }
  }

  private mutating func advance(_ instructions: UInt64) {
    address &+= instructions &* header.minimumInstruction
  }

  private mutating func row() {
    let index = header.file(file).map { firstFile + $0 }
    rows.append(LineTable.Row(address: address, file: index, line: line))
  }
}
