// What modules are built from and call: headers, and functions that run natively on their stack.
#ifndef VMEM_CMODULE_H
#define VMEM_CMODULE_H
#include "../include/vmem/abi.h"

// Opaque to modules, which may even have a structure of that name.
typedef struct vmem_cache kmem_cache;

/// A function of C that modules call by its kernel name.
struct vmem_native {
  const char * _Nullable name;
  const void * _Nullable function;
};

/// All of them; behind the last one is one without a name.
extern const struct vmem_native vmem_natives[];
static inline struct vmem_native vmem_natives_at(long index) { return vmem_natives[index]; }

/// A header, or another file that the headers come with.
struct vmem_file {
  const char * _Nonnull path;
  const unsigned char * _Nonnull bytes;
  unsigned long size;
};

extern const struct vmem_file vmem_files[];
extern const unsigned long vmem_file_count;
static inline struct vmem_file vmem_files_at(long index) { return vmem_files[index]; }

#endif
