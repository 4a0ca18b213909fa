// Host services that Swift cannot express: a fault handler that must be async-signal-safe.
// Nothing of the emulation lives here.
#ifndef VMEM_CHOST_H
#define VMEM_CHOST_H
#include <stddef.h>
#include <stdint.h>

/// Reports faults inside [base, base + size) on standard error as a corrupt image and ends the
/// process with exit code 4; every other fault goes to the handler that was there before.
/// At most 16 ranges are watched at a time. Returns 0, or -1 when a range or a handler could not
/// be set.
int chost_watch_range(const void * _Nonnull base, size_t size);

/// Ends watching of the range that starts at `base`.
void chost_unwatch_range(const void * _Nonnull base);

/// A run of pages of our own address space.
struct chost_pages {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
};

/// Finds the pages between `*start` and `end` that the host keeps contents of, in memory or swapped
/// out. `pagemap` is a descriptor of /proc/self/pagemap. Fills at most `count` runs, moves `*start`
/// behind what was looked at, and returns their number; -1 where the host cannot do this (Linux 6.7
/// can).
long chost_used_pages(
    int pagemap, uint64_t * _Nonnull start, uint64_t end,
    struct chost_pages * _Nonnull runs, size_t count);

#endif
