// What benchmarks of vmemctl are measured against where the peer is a C library's function.
#ifndef VMEM_CPEER_H
#define VMEM_CPEER_H
#include <stddef.h>
#include <stdint.h>

/// What a row of /proc/vmallocinfo shows of an area that vmalloc made on one node.
struct cpeer_row {
  uint64_t start;
  uint64_t end;
  uint64_t pages;
};

/// Writes `count` rows to a descriptor, each made by one snprintf. Returns 0, or -1 when a write
/// failed.
int cpeer_write_rows(int descriptor, const struct cpeer_row * _Nonnull rows, size_t count);

/// A file of `size` bytes in memory, or -1 with errno set.
int cpeer_memory_file(size_t size);

/// A bpf arena of the host's kernel, or -1 with errno set.
int cpeer_arena(uint32_t pages);

/// Stores each page's number, counted from 1, in its first word.
void cpeer_touch(void * _Nonnull place, size_t pages);

/// Sum of the first and last words of pages.
uint64_t cpeer_sum(const void * _Nonnull place, size_t pages);

/// Makes pages that are to be written, `batch` of them a call: madvise(MADV_POPULATE_WRITE), or a
/// store to each where the kernel does not know that.
void cpeer_populate(void * _Nonnull place, size_t pages, size_t batch);

#endif
