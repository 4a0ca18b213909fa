extension Parameter {
  /// One line for the help of a verb: unit, default, and what it means.
  var meaning: StaticString {
    switch self {
    case .memory: "RAM in bytes, whole pages, at most 64G (default 1G)"
    case .cpus: "CPUs, 1 to 64 (default 1)"
    case .nodes: "NUMA nodes, 1 to 8, of at least 4M each (default 1)"
    case .levels: "levels of page tables, 4 or 5 (default 4)"
    case .kernel: "behave as this kernel: 6.1 6.6 6.12 6.18 7.0 7.1 7.2 7.3 next (default 6.18)"
    case .config:
      """
      how the kernel was built, words joined with commas: nr_cpus_8192 randomize_base \
      init_on_alloc, distribution for all of them, no_… to take one away (default none)
      """
    case .with: "switch on what the kernel version would not have; `help kernels` lists switches"
    case .without: "switch off what the kernel version would have"
    case .seed: "seed of everything random (default 1)"
    case .tlbEntries: "entries of each CPU's TLB: 12, 24, 48 … 12288, or 0 for none (default 1536)"
    case .highmem: "bytes at the end of RAM that the direct map does not have (default 0)"
    case .window:
      "slots of kmap and kmap_local as x86-64, i386-pae or i386 has them, or fewer of kmap (2, 4 …)"
    case .comparedPages: "pages to copy, 1 to 65536 (default 1024)"
    case .anyFrame: "frame number, of RAM or of a device"
    case .key: "protection key, 1 to 15; key 2 is that of protected pages"
    case .keyAccess: "read and write, only read, or nothing"
    case .pageKey: "the key, 0 for none (default 2, which kmap_local_page opens)"
    case .keyMode: "strict: the access faults; relaxed: one warning, and the task may go on"
    case .ofCPU: "only this CPU's"
    case .listsFile: "begin with these areas, lazy ranges and free tree instead of none"
    case .rowsFile: "rows of /proc/vmallocinfo that describe the areas of --lists"
    case .hash: "add the hash of all of RAM"
    case .file: "a file; for kcore, vmcore and memory - is standard output"
    case .cpu: "the CPU that runs the calls to come"
    case .context: "what the CPU is in; only `process` may sleep"
    case .count: "blocks to allocate"
    case .order: "2^K pages a block (default 0)"
    case .node: "NUMA node to allocate from, -1 for any (default any)"
    case .gfp:
      "what the allocation may do; only GFP_KERNEL may sleep; joined with commas (default GFP_KERNEL)"
    case .zone: "the highest zone to take pages from (default normal)"
    case .pages: "a list of pages: P, P[3], P[0..2], P[2..0], P[0..8/2], null, pfn:5"
    case .pagesOrNull: "a list of pages, or `null`: build the tables and leave them empty"
    case .page: "one page: P[3] or pfn:5"
    case .size: "bytes; the kernel rounds up to pages"
    case .flags:
      """
      VM_* words joined with commas, or a number: ioremap alloc map usermap dma_coherent \
      uninitialized no_guard flush_reset_perms map_put_pages allow_huge_vmap sparse (default none)
      """
    case .align: "alignment of the address in bytes (default 1)"
    case .searchRange: "search here instead of the vmalloc window"
    case .shift: "log2 of the largest page that will map the area (default 12)"
    case .caller:
      "what vmallocinfo names as caller (default vmemctl+0x0/0x0; of stacks, what a kernel has)"
    case .address: "an address: a number, a name, a+4K, P[3]"
    case .area: "the area, by the address of its first byte"
    case .group: "members of the group: offset and size in bytes, multiples of the alignment"
    case .pageCount: "pages"
    case .arenaPageCount: "pages; of a number of more than 32 bits the low ones count"
    case .range: "addresses from START up to, not including, END; or START..+LENGTH"
    case .level: "the lowest level that gets tables (default pte)"
    case .byName: "print P[3] or pfn:N instead of the struct page's address"
    case .function: "count calls, call nothing, or fail with -EINVAL at call N (default count)"
    case .length: "bytes"
    case .userSpace: "a user address space, as mm_create or fork returns it"
    case .userSpaceOrNone: "a user address space, or 0 for the kernel's alone"
    case .mapping: "a user mapping of the current CPU's address space, by an address in it"
    case .pageOffset: "page behind ADDR that comes first"
    case .hint: "where it should be; another place is found where that is not free"
    case .fixed: "exactly there: what is mapped there goes (MAP_FIXED)"
    case .rights: "what may be done: read, write, execute (default rw)"
    case .newRights: "what may be done from now on: read, write, execute"
    case .oldLength: "bytes that there are"
    case .newLength: "bytes that there shall be"
    case .mayMove: "another place may be taken where it cannot grow"
    case .moveTo: "exactly there: what is mapped there goes; needs --maymove"
    case .taskSpace:
      """
      the task's address space from now on, on whichever CPU it runs; 0 for a task of the kernel, \
      which leaves a CPU the one it had; without it the task keeps what it has
      """
    case .isPrivate: "writes are the program's alone (MAP_PRIVATE; mmap does so, but for --device)"
    case .isShared:
      "writes go to what is behind the mapping (MAP_SHARED; --device and arenas do so)"
    case .anonymous: "memory of zeroes (default)"
    case .device: "a device file, whose pages remap_vmalloc_range inserts"
    case .stack: "a stack, by its lowest address"
    case .stackSize: "4K 8K 16K 32K or 64K, its alignment too (default 16K)"
    case .stackPolicy:
      """
      static: all pages at once; dynamic: the top one, others by faults; reclaim: all, and \
      stack_reclaim takes back what was never accessed (default static)
      """
    case .stackDepth: "bytes below the top; what is negative lies above"
    case .stackWrite: "write the word's depth there; otherwise read"
    case .runDepth: "bytes below the top that the native code's frames are to reach"
    case .runFrame: "bytes of a frame, 16 to 64K, a multiple of 16 (default 256)"
    case .bytes: "deadbeef (hexadecimal), text:hello, or @FILE"
    case .byte: "value of every byte, 0 to 255; a number or a name"
    case .arena: "a bpf arena, as arena_create returns it"
    case .maxEntries: "its pages, at most 1048576 (4 GiB)"
    case .arenaFlags:
      """
      segv_on_fault no_user_conv joined with commas, to which mmapable is added; or a number, to which \
      nothing is
      """
    case .mapExtra: "user address it shall have (default: the first mapping decides)"
    case .keySize, .valueSize: "bytes of an element: 0, or it is refused (default 0)"
    case .optionalLength: "bytes (default: all of it)"
    case .inSpace: "this user address space (default: the one the current CPU uses)"
    case .keepsOthers: "map at --at exactly, and replace nothing (MAP_FIXED_NOREPLACE)"
    case .fileOffset: "page of the map that comes first: 0, or it is refused (default 0)"
    case .foundPlace: "the place that is found for twice LEN"
    case .wantedAt: "these pages or none (default: the best fit)"
    case .unknownFlags: "0, or it is refused (default 0)"
    case .visitor: "who touches it: a user, a BPF program's own code, or a function it has called"
    case .isWrite: "touch it to write; what is there stays as it is"
    case .destination: "where the bytes go"
    case .source: "where the bytes come from"
    case .first: "an address"
    case .second: "the address to compare with"
    case .viewRange: "only these addresses"
    case .mapRange: "these addresses, and all of the areas that they touch (default: vmalloc space)"
    case .shownSpace:
      "the tables of a CPU that uses this user address space (default: the kernel's alone)"
    case .format:
      """
      ptdump: as the kernel's page_tables/kernel file; tree: tables and leaves; count: only \
      how many; svg and html: the tree as a picture, no --json (default ptdump)
      """
    case .pictureFormat:
      "text; svg: a picture, one document; html: the same in a page; no --json (default text)"
    case .pointers: "how addresses are printed: as they are, hashed, or zero (default real)"
    case .sum: "only counts, and hashes of each list and of the free tree's shape"
    case .lists: "lists with descriptions, and the free tree with colours and maxima"
    case .nodeNumber: "the NUMA node to prefer"
    case .mapCount: "pages to map (default: as many as the list has)"
    case .mapFlags: "VM_* words as for get_vm_area (default map)"
    case .protection: "what the CPU may do (default PAGE_KERNEL: read and write)"
    case .physical: "physical address of the first byte; device space begins where RAM ends"
    case .frame: "frame number of the first; frames of RAM are refused"
    case .frameCount: "frames"
    case .readAt: "bytes at an address, as a reader of /proc/kcore gets them"
    case .headers: "the program headers /proc/kcore has, and its size"
    case .task:
      "the task's name, at most 15 bytes; one that is not there is made, with the next pid"
    case .newTask: "its name, at most 15 bytes, which no task has"
    case .steppedCPU: "the CPU that does the part; the current one stays what it is"
    case .dividedCall:
      """
      the call that begins: vfree, vm_area_map_pages, vmap_pages_range, vm_area_unmap_pages, \
      vunmap_range, vm_unmap_aliases, drain_vmap_work, arena_free_pages or schedule; without it the \
      next part is done
      """
    case .hostPaths: "write also to a path that came with an image made elsewhere, or with a copy"
    case .hostFile: "a file of this computer; read on demand, and written only by fsync"
    case .fileSize: "bytes of zeroes"
    case .folioOrder: "largest folio: 2^K pages, 0 to 9 (default 0)"
    case .readAhead: "pages that are read in together, a power of two up to 4096 (default 32)"
    case .openFile: "a file, as file_open or memfd_create returns it"
    case .fileOrBuffer: "a file or a udmabuf"
    case .seals: "words joined with commas, or a number: seal shrink grow write future_write"
    case .addedSeals: "allow sealing, and add these seals: shrink,grow … or none"
    case .huge: "of huge pages of 2 MiB (MFD_HUGETLB)"
    case .optimized: "struct pages of a huge page share one page (hugetlb_free_vmemmap=on)"
    case .byteOffset: "bytes from the beginning"
    case .fileRange: "bytes from START up to, not including, END; or START..+LENGTH"
    case .punchesHole: "give the memory back: the range reads as zeroes (FALLOC_FL_PUNCH_HOLE)"
    case .rfc: "as version 2 of the patch does it: END is the last byte, and holes are passed over"
    case .mappedFile: "a file or a udmabuf instead of memory"
    case .mapOffset: "byte of --file that comes first, a multiple of 4096 (default 0)"
    case .memfd: "a memfd"
    case .bufferFlags: "cloexec, or a number: other bits are ignored"
    case .bufferItems: "ranges of memfds in bytes, of whole pages; they may overlap and repeat"
    case .buffer: "a udmabuf, as udmabuf_create returns it"
    case .listLimit: "most items of a list (list_limit, default 1024; -1 for no limit)"
    case .sizeLimit: "most MiB of a buffer (size_limit_mb, default 64; -1 for no limit)"
    case .syncFlags: "start or end, and read, write: words joined with commas, or a number"
    case .quizTopic: "what the exercise is about"
    case .quizAnswer: "a number, or an address, as the answer"
    case .solve: "show the way to the answer"
    case .topic: "what to explain; nothing lists the verbs in groups"
    case .settings:
      """
      what test_vmalloc.sh runs for that word, and parameters of the module: nr_threads (1), \
      sequential_test_order (0), test_repeat_count (1), test_loop_count (1000000), nr_pages (1), \
      use_huge (0), run_test_mask (all, from 6.18 on 7), nr_pcpu_objects (35000). Bits of run_test_mask, from 1 on: \
      fix_size, full_fit, long_busy_list, random_size, fix_align, random_size_align, align_shift, pcpu, \
      kvfree_rcu_1_arg, kvfree_rcu_2_arg, vm_map_ram, no_block, vrealloc
      """
    case .imageBefore: "the image of the machine as it was"
    case .imageAfter: "the image of the machine as it is"
    case .text: "words; echo prints them with one blank between"
    case .binding: "a name and what it stands for"
    case .comparison: "two expressions, and == != < <= > >= or eq ne lt le gt ge"
    case .expression: "numbers, addresses, fields of areas and counters, with + - * / as words"
    case .times: "how often"
    case .injection:
      """
      alloc_page, slab, pgtable or nolock: N calls succeed and the next fails; then each every=M-th (default 1) \
      until times=K have (default 1, -1 without end); counted are all, or those of order=0…10 \
      (alloc_page), cache=kmalloc vm_struct vmap_area vmap_block memtype radix_tree_node mm_struct \
      vm_area_struct task_struct inode (slab), \
      level=pte pmd pud p4d (pgtable)
      """
    }
  }
}
