#define _GNU_SOURCE
#include "CPeer.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Older C libraries know neither of these; the values are the kernel's for ever.
enum { MAP_CREATE = 0, TYPE_ARENA = 33, FLAG_MMAPABLE = 0x400, POPULATE_WRITE = 23 };

int cpeer_arena(uint32_t pages) {
  // The first members of union bpf_attr; the kernel takes what is not there for zeroes.
  struct {
    uint32_t type, key_size, value_size, max_entries, flags;
  } request = {TYPE_ARENA, 0, 0, pages, FLAG_MMAPABLE};
  return (int)syscall(SYS_bpf, MAP_CREATE, &request, sizeof request);
}

void cpeer_touch(void *place, size_t pages) {
  for (size_t page = 0; page < pages; page++)
    *(volatile uint64_t *)((char *)place + (page << 12)) = page + 1;
}

uint64_t cpeer_sum(const void *place, size_t pages) {
  uint64_t sum = 0;
  for (size_t page = 0; page < pages; page++) {
    const uint64_t *words = (const uint64_t *)((const char *)place + (page << 12));
    sum += words[0] + words[511];
  }
  return sum;
}

void cpeer_populate(void *place, size_t pages, size_t batch) {
  for (size_t page = 0; page < pages; page += batch) {
    size_t count = pages - page < batch ? pages - page : batch;
    char *first = (char *)place + (page << 12);
    if (madvise(first, count << 12, POPULATE_WRITE) == 0) continue;
    for (size_t at = 0; at < count; at++) *(volatile uint64_t *)(first + (at << 12)) = 0;
  }
}
