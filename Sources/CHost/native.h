#ifndef VMEM_NATIVE_H
#define VMEM_NATIVE_H
#include "CHost.h"

#include <signal.h>

// Handles a signal that native code of a module, or a copy of its memory, has caused. Returns 0 for any
// other.
int chost_native_fault(int number, siginfo_t *info, void *context);

#endif
