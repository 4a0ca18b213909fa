internal import VMem

extension Refusal {
  /// The rules of files and buffers.
  var fileSentence: String {
    let (a, b) = (hexadecimal(values.a), hexadecimal(values.b))
    let seals = Seals(rawValue: UInt8(truncatingIfNeeded: values.a))
    switch rule {
    case .noFile: return "no open file at \(a)"
    case .hostFile:
      return values.b == 0
        ? "the host's file has become shorter: it ends in or before the page at byte \(values.a)"
        : "the host says: \(systemMessage(Int32(truncatingIfNeeded: values.b)))"
    case .pathTooLong: return "a path of \(values.a) bytes; 4095 are the most"
    case .readAheadWindow: return "\(values.a) pages are no power of two up to 4096"
    case .folioOrderTooHigh: return "order \(values.a) is above the highest of a folio, 9"
    case .fileTooLarge: return "byte \(a) is behind the last a file can have, 2^63-1"
    case .offsetTooLarge: return "offset \(a) is negative"
    case .hugetlbWrite: return "files of huge pages are written by mapping them"
    case .notWholeHugePages: return "\(a) is not of whole huge pages"
    case .hostFileHoles: return "files of the host have no fallocate here"
    case .noHugePage: return "no huge page is free"
    case .pageNotResident: return "page \(values.a) of the file is not in memory"
    case .behindFileEnd:
      return "page \(values.a) is behind the end, which is at byte \(values.b)"
    case .notMemfd: return "the file at \(a) is no memfd: it has no seals"
    case .noSuchSeal: return "seals \(a) are not all known"
    case .sealed:
      return seals == .seal
        ? "F_SEAL_SEAL forbids any more seals; a memfd made without --seals has it"
        : "the seals forbid it: \(words(seals))"
    case .writableMapping: return "\(values.a) shared mappings may write the file"
    case .pagePinned: return "page \(values.a) of the file is pinned"
    case .tooManyItems: return "\(values.a) items are more than list_limit, \(values.b)"
    case .itemNotAligned: return "offset \(a) and size \(b) are not of whole pages"
    case .bufferTooLarge: return "\(values.a) pages are more than size_limit_mb, \(values.b)"
    case .tooManyDescriptors: return "the file has \(values.a) descriptors already"
    case .notInt: return "\(Int64(bitPattern: values.a)) is no int of 32 bits"
    case .noMemfd: return "no memfd at \(a)"
    case .sealsForbid:
      return "a buffer needs the seal shrink and neither write nor future_write; the memfd has "
        + (seals.isEmpty ? "none" : words(seals))
    case .noBuffer: return "no dma-buf at \(a)"
    case .noBufferMap: return "this kernel's udmabuf cannot be mapped into the kernel"
    case .bufferMapped: return "the buffer at \(a) is still mapped into the kernel, at \(b)"
    case .bufferNotMapped: return "the buffer at \(a) is not mapped"
    case .syncFlags: return "flags \(a) are not read (1), write (2) and end (4)"
    case .noSyncTable: return "an end before the first start"
    case .bufferNotShared: return "buffers are mapped shared"
    case .sharedStructPage:
      return "the struct page of frame \(values.a) is shared and read-only (HVO)"
    default: return "\(rule)"
    }
  }

  private func words(_ seals: Seals) -> String {
    Seals.words.filter { seals.contains($0.seal) }.map { "\($0.name)" }.joined(separator: ",")
  }
}
