/// All files and dma-bufs.
struct FileState: BitwiseCopyable {
  var files = ObjectList<File>()
  var buffers = ObjectList<DmaBuf>()
  /// Files and buffers that there have been: inode numbers.
  var filesMade: UInt32 = 0
  var buffersMade: UInt32 = 0
  var udmabuf = UdmabufLimits()
}

extension RAM {
  var files: Ref<FileState> { self[Superblock.ref].roots.files }
}
