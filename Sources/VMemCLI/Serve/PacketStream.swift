/// gdb's remote protocol as bytes of a connection: packets with checksums, and what stands between.
struct PacketStream {
  /// Bytes of the longest packet.
  static let maximumSize = 0x4000

  enum Event: Equatable {
    /// What stands between `$` and `#`, escapes taken out.
    case packet([UInt8])
    /// A packet whose checksum is wrong, or that is too long.
    case damaged
    /// Ctrl-C.
    case interrupt
    /// The last packet has not arrived as it was sent.
    case refused
  }

  private enum State: Equatable {
    case between
    case inside
    /// In a packet that is too long.
    case over
    case checksum(isOver: Bool)
    case lastDigit(UInt8, isOver: Bool)
  }

  /// Whether gdb's side of a connection can begin with a byte. A web page can make a browser connect to a
  /// port, and what it lets that send may hold packets; but it begins as HTTP does.
  static func begins(with byte: UInt8) -> Bool { byte == 3 || "+-$".utf8.contains(byte) }

  private var state = State.between
  private var packet: [UInt8] = []

  /// Takes a byte; returns what it completes.
  mutating func feed(_ byte: UInt8) -> Event? {
    switch state {
    case .between:
      switch byte {
      case UInt8(ascii: "$"): begin()
      case 3: return .interrupt
      case UInt8(ascii: "-"): return .refused
      // Acknowledgements, and what is no packet.
      default: break
      }
    case .inside, .over:
      // The end of the packet before was lost.
      if byte == UInt8(ascii: "$") { begin() } else { take(byte) }
    case .checksum(let isOver): state = .lastDigit(byte, isOver: isOver)
    case .lastDigit(let first, let isOver):
      state = .between
      let sum = packet.reduce(0 as UInt8, &+)
      guard !isOver, let high = Hex.digit(first), let low = Hex.digit(byte), high << 4 | low == sum
      else { return .damaged }
      return .packet(Self.unescaped(packet))
    }
    return nil
  }

  private mutating func begin() {
    packet.removeAll(keepingCapacity: true)
    state = .inside
  }

  private mutating func take(_ byte: UInt8) {
    if byte == UInt8(ascii: "#") {
      state = .checksum(isOver: state == .over)
    } else if packet.count >= Self.maximumSize {
      state = .over
    } else {
      packet.append(byte)
    }
  }

  private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(escape) else { return bytes }
    var result: [UInt8] = []
    var isEscaped = false
    for byte in bytes {
      if !isEscaped, byte == escape {
        isEscaped = true
      } else {
        result.append(isEscaped ? byte ^ 0x20 : byte)
        isEscaped = false
      }
    }
    return result
  }

  private static let escape = UInt8(ascii: "}")

  /// A packet as it is sent.
  static func encoded(_ contents: [UInt8]) -> [UInt8] {
    var bytes = [UInt8(ascii: "$")]
    var sum: UInt8 = 0
    func add(_ byte: UInt8) {
      bytes.append(byte)
      sum &+= byte
    }
    for byte in contents {
      // What would end a packet, escape, or repeat.
      if "#$}*".utf8.contains(byte) {
        add(escape)
        add(byte ^ 0x20)
      } else {
        add(byte)
      }
    }
    return bytes + [UInt8(ascii: "#")] + Hex.text([sum])
  }
}
