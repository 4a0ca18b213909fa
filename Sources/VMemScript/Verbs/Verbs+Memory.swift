internal import VMem

extension Subsystem {
  static let memory = Subsystem(
    """
    vmalloc vzalloc vmalloc_user vmalloc_32 vmalloc_huge vmalloc_node vrealloc vmap vmap_pfn \
    ioremap ioremap_wc ioremap_cache ioremap_uc ioremap_wt ioremap_page_range vfree_atomic \
    vunmap iounmap
    """,
    verbs: Verb.memory)
}

extension Verb.Group {
  static let memory = Verb.Group("allocation", "Memory and devices")
}

extension Verb {
  static let memory: [Verb] =
    [
      allocation(
        "vmalloc", "allocate pages and map them one after the other",
        "b = vmalloc 64K --node 0", vmalloc),
      allocation("vzalloc", "as vmalloc; contents are zero", "b = vzalloc 64K", vzalloc),
      allocation(
        "vmalloc_user", "as vzalloc, for mapping to user space (VM_USERMAP)",
        "b = vmalloc_user 64K", vmallocUser),
      allocation(
        "vmalloc_32", "as vmalloc, from memory below 4 GiB", "b = vmalloc_32 64K", vmalloc32),
      allocation(
        "vmalloc_huge", "as vmalloc; 2 MiB leaves where they fit", "b = vmalloc_huge 4M",
        vmallocHuge),
      Verb(
        "vmalloc_node", .memory, .address, .writer, [.size, .nodeNumber],
        options: [.align, .searchRange, .flags, .gfp, .caller],
        summary: "as vmalloc, from one NUMA node if it can",
        kernel: "vmalloc_node", returns: "the address, or NULL",
        example: "b = vmalloc_node 64K 0",
        answers: allocates, .call(vmallocNode)),
      Verb(
        "vrealloc", .memory, .address, .writer, [.address, .size],
        options: [.align, .node, .gfp, .caller],
        summary: "change the size of a vmalloc area, in place when its pages suffice",
        kernel: "vrealloc", returns: "the address, or NULL; NULL allocates, and size 0 frees",
        example: "b = vmalloc 64K\nc = vrealloc b 16K",
        answers: [
          .reserves, .mapsOwnArea,
          [
            .null(
              .noAreaAtAddress, .addressLessAligned, .sizeRoundsToZero, .morePagesThanRAM,
              .noFrames,
              .alignmentNotPowerOfTwo),
            .errno(.EOPNOTSUPP, .noVrealloc, .noVreallocAlign), .fault(.notMapped),
            .errno(.EDEADLK, .triesForEver),
            .errno(.EFAULT, .notImported),
            .bug(.copyOverruns, .noSuchNode, .alignmentNotPowerOfTwo),
            .warn(.noAreaAtAddress, .addressLessAligned, .sizeRoundsToZero),
          ],
        ], .call(vrealloc)),
      Verb(
        "vmap", .memory, .address, .writer,
        options: [.pages, .mapFlags, .mapCount, protections.parameter, .caller],
        summary: "map pages one after the other in an area of their own", kernel: "vmap",
        returns: "the address, or NULL", example: "v = vmap P[0..4]",
        answers: [
          .reserves, .mapsOwnArea, .takesList,
          [
            .null(.sizeRoundsToZero, .morePagesThanRAM, .flushResetPerms, .noFrames),
            .warn(.flushResetPerms, .noGuard), .note(.countIsLonger, .guardIsKept),
          ],
        ], .call(vmap)),
      Verb(
        "vmap_pfn", .memory, .address, .writer, [.frame, .frameCount], options: [.caller],
        summary: "map frames that have no struct page", kernel: "vmap_pfn",
        returns: "the address, or NULL", example: "v = vmap_pfn 0x100000 4",
        answers: [
          .reserves, .mapsOwnArea,
          [
            .null(.sizeRoundsToZero, .frameHasStructPage), .warn(.frameHasStructPage),
            .note(.countIsLonger),
          ],
        ], .call(vmapPFN)),
      device("ioremap", "map device memory, uncached", "d = ioremap 0xfed00000 4K", ioremap),
      device(
        "ioremap_wc", "map device memory, write combining", "d = ioremap_wc 0x80000000 1M",
        ioremapWC),
      device(
        "ioremap_cache", "map memory write back, devices as the MTRRs have it: uncached",
        "d = ioremap_cache 0x80000000 1M",
        ioremapCache),
      device(
        "ioremap_uc", "map device memory, strongly uncached", "d = ioremap_uc 0xfed00000 4K",
        ioremapUC),
      device(
        "ioremap_wt", "map device memory, write through", "d = ioremap_wt 0x80000000 1M", ioremapWT),
      Verb(
        "ioremap_page_range", .memory, .nothing, .writer, [.range, .physical],
        summary: "map the whole of a VM_IOREMAP area to physical memory",
        kernel: "ioremap_page_range", returns: "0, -EINVAL, or -ERANGE; BUG over what is mapped",
        example: "w = get_vm_area 16K --flags ioremap\nioremap_page_range w..w.end 0xfed00000",
        answers: [
          [
            .errno(.EINVAL, .notIoremap), .errno(.ERANGE, .notWholeArea),
            .errno(.ENOMEM, .noTableMemory), .bug(.slotOccupied, .leafInTheWay),
            .warn(.notIoremap, .notWholeArea),
          ], .sleeps,
        ],
        .call(ioremapPageRange)),
      free(
        "vfree_atomic", "as vfree, from any context but NMI; the work is deferred",
        "v = vmalloc 64K\ncontext irq\nvfree_atomic v", vfreeAtomic,
        answers: [.freesLater, [.note(.noAreaAtAddress)]]),
      free(
        "vunmap", "free an area that vmap made; the pages stay",
        "v = vmap P[0..4]\nvunmap v", vunmap,
        answers: [
          [.bug(.inInterrupt), .note(.noAreaAtAddress)], .frees, .freesFound, .sleeps,
        ]),
      free(
        "iounmap", "unmap device memory", "d = ioremap 0xfed00000 4K\niounmap d", iounmap,
        answers: [
          .frees, [.warn(.outsideVmalloc), .note(.noAreaAtAddress, .outsideVmalloc)], .sleeps,
        ]),
    ]

  private typealias Function = @Sendable (borrowing Machine, inout Call) throws(Refusal) -> Result

  private static func allocation(
    _ name: StaticString, _ summary: StaticString, _ example: StaticString,
    _ body: @escaping Function
  ) -> Verb {
    Verb(
      name, .memory, .address, .writer, [.size],
      options: [.align, .searchRange, .flags, .node, .gfp, .caller], summary: summary,
      kernel: name, returns: "the address, or NULL", example: example, answers: allocates,
      .call(body))
  }

  private static var allocates: [[VerbAnswer]] {
    [
      .reserves, .mapsOwnArea,
      [
        .null(.sizeRoundsToZero, .morePagesThanRAM, .noFrames, .alignmentNotPowerOfTwo),
        .bug(.noSuchNode, .alignmentNotPowerOfTwo), .warn(.sizeRoundsToZero),
        .errno(.EDEADLK, .triesForEver), .note(.noRoomForFlags),
        .warns("__vmalloc does not take all of --gfp"),
      ],
    ]
  }

  private static func device(
    _ name: StaticString, _ summary: StaticString, _ example: StaticString,
    _ body: @escaping Function
  ) -> Verb {
    Verb(
      name, .memory, .address, .writer, [.physical, .size], options: [.caller],
      summary: summary, kernel: name, returns: "the address, or NULL", example: example,
      answers: [
        .reserves,
        [
          .null(.emptyRange, .noPhysicalAddress, .physicalIsRAM, .cacheConflict, .noTableMemory),
          .bug(.slotOccupied, .leafInTheWay), .warn(.noPhysicalAddress, .physicalIsRAM),
        ],
      ], .call(body))
  }

  private static func free(
    _ name: StaticString, _ summary: StaticString, _ example: StaticString,
    _ body: @escaping Function, answers: @escaping @autoclosure @Sendable () -> [[VerbAnswer]]
  ) -> Verb {
    Verb(
      name, .memory, .nothing, .writer, [.address], summary: summary, kernel: name,
      returns: "0; a warn for what is no area; BUG where the context forbids it",
      example: example, answers: answers(), .call(body))
  }
}

extension Verb {
  static let protections = Choice<Protection>(
    id: 48, option: "--prot",
    [
      "PAGE_KERNEL": .kernel, "PAGE_KERNEL_RO": .kernelReadOnly, "PAGE_KERNEL_NOCACHE": .uncached,
    ], "what the CPU may do (default PAGE_KERNEL: read and write)")
}

extension Parameter {
  static let nodeNumber = Parameter(
    id: 45, .number, "NODE", "the NUMA node to prefer")
  static let mapFlags = Parameter(
    id: 47, option: "--flags", .flagWords, "F|none", "VM_* words as for get_vm_area (default map)",
    words: { VMFlags.words }, width: .kept)
  static let physical = Parameter(
    id: 49, .number, "PHYS",
    "physical address of the first byte; device space begins where RAM ends")
  static let frame = Parameter(
    id: 50, .number, "PFN", "frame number of the first; frames of RAM are refused")
  static let frameCount = Parameter(
    id: 51, .number, "COUNT", "frames")
}
