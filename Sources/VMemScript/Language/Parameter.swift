internal import VMem

/// A parameter of a verb. The case says what it means; its kind says how it is written.
enum Parameter: UInt8, CaseIterable {
  // Machine
  case memory, cpus, nodes, levels, kernel, config, with, without, seed, tlbEntries, listsFile,
    rowsFile,
    hash
  case file, cpu, context
  // Pages
  case count, order, node, gfp, zone, pages, page
  // Areas
  case size, flags, align, searchRange, shift, caller, address, area, group, pageCount
  // Mapping
  case range, pagesOrNull, level, byName, function
  // Access
  case length, bytes, byte, destination, source, first, second
  // Memory and devices
  case nodeNumber, mapCount, mapFlags, protection, physical, frame, frameCount
  // Views
  case ofCPU, viewRange, mapRange, shownSpace, format, pictureFormat, pointers, readAt, headers,
    sum, lists
  // Language
  case topic, text, binding, comparison, expression, times
  case quizTopic, quizAnswer, solve
  // Images
  case imageBefore, imageAfter
  // Files
  case hostFile, hostPaths, fileSize, folioOrder, readAhead, openFile, fileOrBuffer, seals,
    addedSeals, huge,
    optimized, byteOffset, fileRange, punchesHole, rfc, mappedFile, mapOffset
  // Buffers
  case memfd, bufferFlags, bufferItems, buffer, listLimit, sizeLimit, syncFlags
  // Injection
  case injection
  // Tests
  case settings
  // Steps
  case steppedCPU, dividedCall
  // Tasks
  case task, newTask
  // User address spaces
  case userSpace, userSpaceOrNone, mapping, pageOffset, hint, fixed, rights, isPrivate, isShared,
    anonymous, device, newRights, oldLength, newLength, mayMove, moveTo, taskSpace
  // Temporary mappings
  case highmem, window, comparedPages, anyFrame, key, keyAccess, pageKey, keyMode
  // Arenas
  case arena, arenaPageCount, maxEntries, arenaFlags, mapExtra, keySize, valueSize, optionalLength,
    inSpace,
    keepsOthers, fileOffset, foundPlace, wantedAt, unknownFlags, visitor, isWrite
  // Stacks
  case stack, stackSize, stackPolicy, stackDepth, stackWrite, runDepth, runFrame

  /// How a parameter is written.
  enum Kind: Equatable {
    case number
    case address
    /// `START..END` or `START..+LENGTH`.
    case range
    case pages
    case bytes
    /// Words joined with commas, or a number.
    case areaFlags
    /// Words of an arena's flags joined with commas, or a number.
    case arenaFlags
    /// Words of `flagWords` joined with commas, or a number.
    case flagWords
    /// One of the words of `choices`.
    case choice
    /// One word as it stands.
    case word
    /// An address and a length: two words.
    case addressAndLength
    /// An option without a value.
    case flag
    /// All words that are left.
    case rest
  }

  var kind: Kind {
    switch self {
    case .memory, .cpus, .nodes, .levels, .seed, .tlbEntries, .ofCPU, .cpu, .steppedCPU, .count,
      .order, .node,
      .size, .align, .shift,
      .length, .oldLength, .newLength, .times, .pageOffset, .pageCount, .arenaPageCount,
      .nodeNumber,
      .mapCount, .physical, .frame,
      .frameCount, .highmem, .comparedPages, .anyFrame, .key, .pageKey,
      .maxEntries, .keySize, .valueSize, .optionalLength, .fileOffset, .unknownFlags,
      .fileSize, .folioOrder, .readAhead, .listLimit, .sizeLimit:
      .number
    case .byte, .openFile, .fileOrBuffer, .mappedFile, .memfd, .buffer, .byteOffset, .mapOffset:
      .address
    case .fileRange: .range
    case .seals, .addedSeals, .bufferFlags, .syncFlags, .gfp: .flagWords
    case .hostFile, .imageBefore, .imageAfter, .quizAnswer: .word
    case .quizTopic: .choice
    case .solve: .flag
    case .huge, .optimized, .punchesHole, .rfc: .flag
    case .bufferItems: .rest
    case .stackSize, .stackDepth, .runDepth, .runFrame: .number
    case .stack: .address
    case .stackPolicy: .choice
    case .stackWrite: .flag
    case .address, .area, .userSpace, .userSpaceOrNone, .mapping, .hint, .moveTo, .taskSpace,
      .destination, .source,
      .first, .second, .arena, .mapExtra, .inSpace, .shownSpace, .foundPlace, .wantedAt:
      .address
    case .range, .searchRange, .viewRange, .mapRange: .range
    case .pages, .page, .pagesOrNull: .pages
    case .bytes: .bytes
    case .flags, .mapFlags: .areaFlags
    case .arenaFlags: .arenaFlags
    case .context, .zone, .level, .format, .pictureFormat, .pointers, .protection, .rights,
      .newRights, .keyAccess, .keyMode, .visitor:
      .choice
    case .kernel, .config, .with, .without, .file, .caller, .task, .newTask, .listsFile, .rowsFile,
      .function, .window:
      .word
    case .readAt: .addressAndLength
    case .hash, .byName, .headers, .hostPaths, .sum, .lists, .fixed, .isPrivate, .isShared,
      .anonymous, .device,
      .keepsOthers, .isWrite, .mayMove:
      .flag
    case .topic, .text, .binding, .comparison, .expression, .group, .injection, .settings,
      .dividedCall:
      .rest
    }
  }

  /// Whether a parameter that takes all words that are left may be given none.
  var mayBeEmpty: Bool {
    switch self {
    case .topic, .text, .settings, .dividedCall: true
    default: false
    }
  }

  /// How it stands in a signature: `SIZE`, or `--align N`.
  var signature: String {
    let value = valueSignature
    guard let option else { return value }
    return value.isEmpty ? "\(option)" : "\(option) \(value)"
  }

  /// The option's name, or nil for one that stands by position.
  var option: StaticString? {
    switch self {
    case .memory: "--memory"
    case .cpus: "--cpus"
    case .nodes: "--nodes"
    case .levels: "--levels"
    case .kernel: "--kernel"
    case .config: "--config"
    case .with: "--with"
    case .without: "--without"
    case .seed: "--seed"
    case .tlbEntries: "--tlb"
    case .highmem: "--highmem"
    case .window: "--window"
    case .comparedPages: "--pages"
    case .pageKey: "--key"
    case .ofCPU: "--cpu"
    case .listsFile: "--lists"
    case .rowsFile: "--rows"
    case .hash: "--hash"
    case .order: "--order"
    case .node: "--node"
    case .gfp: "--gfp"
    case .zone: "--zone"
    case .flags, .mapFlags: "--flags"
    case .mapCount: "--count"
    case .protection, .rights: "--prot"
    case .hint: "--at"
    case .fixed: "--fixed"
    case .isPrivate: "--private"
    case .isShared: "--shared"
    case .anonymous: "--anonymous"
    case .device: "--device"
    case .mayMove: "--maymove"
    case .moveTo: "--to"
    case .taskSpace: "--mm"
    case .align: "--align"
    case .searchRange, .viewRange, .mapRange: "--range"
    case .shift: "--shift"
    case .caller: "--caller"
    case .level: "--level"
    case .byName: "--name"
    case .function: "--fn"
    case .format, .pictureFormat: "--format"
    case .pointers: "--pointers"
    case .readAt: "--read"
    case .fileSize: "--size"
    case .folioOrder: "--folio-order"
    case .readAhead: "--readahead"
    case .addedSeals: "--seals"
    case .huge: "--hugetlb"
    case .optimized: "--hvo"
    case .punchesHole: "--punch-hole"
    case .rfc: "--rfc"
    case .mappedFile: "--file"
    case .mapOffset: "--offset"
    case .quizAnswer: "--answer"
    case .solve: "--solve"
    case .bufferFlags: "--flags"
    case .listLimit: "--list"
    case .sizeLimit: "--size-mb"
    case .headers: "--headers"
    case .hostPaths: "--host-paths"
    case .sum: "--sum"
    case .lists: "--lists"
    case .arenaFlags, .unknownFlags: "--flags"
    case .mapExtra: "--map-extra"
    case .keySize: "--key-size"
    case .valueSize: "--value-size"
    case .inSpace, .shownSpace: "--mm"
    case .keepsOthers: "--noreplace"
    case .fileOffset: "--pgoff"
    case .wantedAt: "--at"
    case .visitor: "--as"
    case .isWrite: "--write"
    case .stackSize: "--size"
    case .stackPolicy: "--policy"
    case .stackWrite: "--write"
    case .runDepth: "--depth"
    case .runFrame: "--frame"
    default: nil
    }
  }

  private var valueSignature: String {
    switch self {
    case .memory, .highmem: "BYTES"
    case .window: "NAME[:SLOTS]"
    case .key: "KEY"
    case .cpus, .nodes, .levels, .seed, .tlbEntries, .ofCPU, .node, .align, .cpu, .times, .mapCount,
      .comparedPages, .pageKey:
      "N"
    case .kernel: "VERSION"
    case .function: "count|none|fail=N"
    case .config: "WORD,…"
    case .with, .without: "SWITCH,…"
    case .hash, .byName, .headers, .hostPaths, .sum, .lists, .fixed, .isPrivate, .isShared,
      .anonymous, .device,
      .keepsOthers, .isWrite, .mayMove:
      ""
    case .file, .listsFile, .rowsFile: "FILE"
    case .count, .pageCount, .arenaPageCount, .frameCount: "COUNT"
    case .group: "OFF:SIZE…"
    case .injection: "KIND after=N [KEY=VALUE…]|[KIND] off"
    case .order, .shift: "K"
    case .pages: "PAGES"
    case .pagesOrNull: "PAGES|null"
    case .page: "PAGE"
    case .size: "SIZE"
    case .stack: "STACK"
    case .stackSize: "SIZE"
    case .stackDepth: "DEPTH"
    case .stackWrite: ""
    case .runDepth, .runFrame: "BYTES"
    case .flags: "F"
    case .mapFlags: "F|none"
    case .physical: "PHYS"
    case .frame, .anyFrame: "PFN"
    case .nodeNumber: "NODE"
    case .searchRange, .mapRange: "S..E|modules"
    case .viewRange: "S..E"
    case .caller: "SYMBOL[+0xOFF/0xSIZE]"
    case .address, .hint, .moveTo: "ADDR"
    case .userSpace: "MM"
    case .userSpaceOrNone, .taskSpace: "MM|0"
    case .mapping: "VMA"
    case .pageOffset: "PGOFF"
    case .area: "AREA"
    case .arena: "ARENA"
    case .maxEntries: "MAX_ENTRIES"
    case .arenaFlags: "F"
    case .mapExtra, .wantedAt: "ADDR"
    case .keySize, .valueSize, .fileOffset, .unknownFlags: "N"
    case .optionalLength: "LEN"
    case .inSpace, .shownSpace: "MM"
    case .foundPlace: "HINT"
    case .range: "START..END"
    case .length: "LEN"
    case .oldLength: "OLDLEN"
    case .newLength: "NEWLEN"
    case .bytes: "BYTES"
    case .byte: "BYTE"
    case .destination: "DST"
    case .source: "SRC"
    case .first, .imageBefore: "A"
    case .second, .imageAfter: "B"
    case .readAt: "ADDR LEN"
    case .hostFile: "HOSTFILE"
    case .fileSize, .readAhead, .mapOffset, .listLimit, .sizeLimit: "N"
    case .folioOrder: "K"
    case .openFile, .mappedFile: "F"
    case .fileOrBuffer: "F|U"
    case .memfd: "M"
    case .buffer: "U"
    case .seals, .addedSeals: "SEALS"
    case .bufferFlags: "cloexec"
    case .syncFlags: "FLAGS"
    case .bufferItems: "M:OFFSET:SIZE…"
    case .gfp: AllocationMode.words.map { "\($0.name)" }.joined(separator: "|")
    case .byteOffset: "OFFSET"
    case .fileRange: "START..END"
    case .huge, .optimized, .punchesHole, .rfc: ""
    case .quizAnswer: "TEXT"
    case .solve: ""
    case .topic: "[VERB|GROUP|SWITCH|grammar|exit|json|image|kernels|examples]"
    case .text: "TEXT…"
    case .task, .newTask: "NAME"
    case .steppedCPU: "CPU"
    case .dividedCall: "[VERB ARGUMENT…]"
    case .settings: "[performance|smoke|stress] [KEY=VALUE…]"
    case .binding: "NAME = EXPR"
    case .comparison: "EXPR OP EXPR"
    case .expression: "EXPR"
    case .context, .zone, .level, .format, .pictureFormat, .pointers, .protection, .rights,
      .newRights, .keyAccess, .keyMode, .visitor, .stackPolicy, .quizTopic:
      choices.joined(separator: "|")
    }
  }

  /// The words a choice knows; its value is the position.
  var choices: [String] {
    switch self {
    case .context: ["process", "atomic", "softirq", "irq", "nmi"]
    case .zone: ["dma32", "normal", "highmem"]
    case .level: ["pte", "pmd", "pud"]
    case .format: ["ptdump", "tree", "count", "svg", "html"]
    case .pictureFormat: ["text", "svg", "html"]
    case .pointers: ["real", "hashed", "zero"]
    case .visitor: ["user", "bpf", "kfunc"]
    case .protection: ["PAGE_KERNEL", "PAGE_KERNEL_RO", "PAGE_KERNEL_NOCACHE"]
    case .rights, .newRights: ["rw", "r", "rx", "rwx", "none"]
    case .keyAccess: ["rw", "r", "none"]
    case .keyMode: ["strict", "relaxed"]
    case .quizTopic: QuizTopic.allCases.map { $0.rawValue }
    case .stackPolicy: StackPolicy.allCases.map { "\($0)" }
    default: []
    }
  }

  /// The words of a parameter whose bits have names.
  var flagWords: [(name: StaticString, value: UInt64)] {
    switch self {
    case .seals, .addedSeals: Seals.words.map { ($0.name, UInt64($0.seal.rawValue)) }
    case .bufferFlags: [("cloexec", 1)]
    case .gfp: AllocationMode.words
    case .syncFlags: [("start", 0), ("read", 1), ("write", 2), ("end", 4)]
    default: []
    }
  }
}
