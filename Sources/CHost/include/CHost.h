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

#endif
