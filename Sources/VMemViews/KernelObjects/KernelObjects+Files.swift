internal import VMem

/// Files with their inodes and page caches.
extension KernelObjects {
  mutating func addFiles(_ machine: borrowing Machine) {
    addMount()
    var inodes: [UInt64] = []
    machine.files.forEachFile { address, file, path in
      let inode = addInode(address, file, machine)
      inodes.append(inode + image.offset("struct inode", "i_sb_list"))
      let name = path.isEmpty ? Array(Self.name(file.kind).utf8) : path
      let at = addFile(name, inode: inode)
      store(at, "struct file", "f_count", UInt64(file.references))
      let mapping = inode + image.offset("struct inode", "i_data")
      store(at, "struct file", "f_mapping", mapping)
      pages.mappings[address] = mapping
      fileKinds[address] = file.kind
      files[UInt64(file.number)] = at
    }
    memory.link(block + image.offset("struct super_block", "s_inodes"), inodes)
  }

  private static func name(_ kind: FileKind) -> String {
    switch kind {
    case .host, .anonymous: "file (deleted)"
    case .memfd, .hugetlb: "memfd: (deleted)"
    case .zero: "dev/zero (deleted)"
    }
  }

  /// The one file system there is, with its root.
  private mutating func addMount() {
    block = memory.allocate("struct super_block")
    mount = memory.allocate("struct mount")
    let type = memory.allocate("struct file_system_type")
    store(type, "struct file_system_type", "name", memory.text(Array("tmpfs".utf8)))
    store(block, "struct super_block", "s_type", type)
    store(block, "struct super_block", "s_blocksize", 4096)
    memory.store(Array("tmpfs".utf8), at: block + image.offset("struct super_block", "s_id"))
    root = addEntry(name: Array("/".utf8), inode: 0)
    store(root, "struct dentry", "d_parent", root)
    store(block, "struct super_block", "s_root", root)
    store(mount, "struct mount", "mnt_parent", mount)
    store(mount, "struct mount", "mnt_mountpoint", root)
    store(mount, "struct mount", "mnt.mnt_root", root)
    store(mount, "struct mount", "mnt.mnt_sb", block)
    for path in ["root", "pwd"] {
      memory.set("init_fs.\(path).mnt", mount + image.offset("struct mount", "mnt"))
      memory.set("init_fs.\(path).dentry", root)
    }
    memory.link(
      block + image.offset("struct super_block", "s_mounts"),
      [mount + image.offset("struct mount", "mnt_instance")])
    memory.link(image["super_blocks"], [block + image.offset("struct super_block", "s_list")])
  }

  /// A `file` of a path from the root on.
  mutating func addFile(_ path: [UInt8], inode: UInt64) -> UInt64 {
    let entry = addEntry(name: Array(path.drop { $0 == 0x2f }), inode: inode)
    let at = memory.allocate("struct file")
    store(at, "struct file", "f_path.mnt", mount + image.offset("struct mount", "mnt"))
    store(at, "struct file", "f_path.dentry", entry)
    store(at, "struct file", "f_inode", inode)
    return at
  }

  private mutating func addEntry(name: [UInt8], inode: UInt64) -> UInt64 {
    let at = memory.allocate("struct dentry")
    store(at, "struct dentry", "d_parent", root)
    store(at, "struct dentry", "d_inode", inode)
    store(at, "struct dentry", "d_sb", block)
    store(at, "struct dentry", "d_name.len", UInt64(name.count))
    store(at, "struct dentry", "d_name.name", memory.text(name))
    memory.link(at + image.offset("struct dentry", "d_child"), [])
    memory.link(at + image.offset("struct dentry", "d_subdirs"), [])
    return at
  }

  private mutating func addInode(
    _ address: UInt64, _ file: File, _ machine: borrowing Machine
  ) -> UInt64 {
    let at = memory.allocate("struct inode")
    // A regular file that its owner may read and write.
    store(at, "struct inode", "i_mode", 0o100600)
    store(at, "struct inode", "i_ino", UInt64(file.number))
    store(at, "struct inode", "i_size", file.size)
    store(at, "struct inode", "i_count", UInt64(file.references))
    store(at, "struct inode", "i_sb", block)
    let mapping = at + image.offset("struct inode", "i_data")
    store(at, "struct inode", "i_mapping", mapping)
    store(mapping, "struct address_space", "host", at)
    store(mapping, "struct address_space", "nrpages", UInt64(file.pageCount))
    var entries: [(index: UInt64, entry: UInt64)] = []
    var folios: [(UInt32, UInt32)] = []
    // Safe to ignore: the file is one of those that there are.
    try? machine.files.forEachFolio(of: address) { index, pfn, order in
      guard let pfn else { return }
      if order > 0 { folios.append((pfn, order)) }
      let page = machine.pageSets.structPageAddress(UInt64(pfn))
      // A folio stands at its first index; at the others are siblings, as in the kernel's arrays.
      entries.append((index, page))
      guard order > 0 else { return }
      for step in 1..<UInt64(1) << UInt64(order) {
        let isNode = (index + step) & 63 != 0
        entries.append((index + step, isNode ? (index & 63) << 2 | 2 : page))
      }
    }
    let isHuge = file.kind == .hugetlb
    for (pfn, order) in folios {
      pages.add(
        folio: pfn, order: order, isHuge: isHuge,
        sharesRecords: isHuge && machine.files.hasSharedStructPage(pfn + 64))
    }
    addTree(of: entries, to: mapping + image.offset("struct address_space", "i_pages"))
    return at
  }
}
