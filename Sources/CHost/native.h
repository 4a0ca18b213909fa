#ifndef VMEM_NATIVE_H
#define VMEM_NATIVE_H
#include "CHost.h"

#include <signal.h>
#include <ucontext.h>

// Handles a signal that native code of a module, or a copy of its memory, has caused. Returns 0 for any
// other.
int chost_native_fault(int number, siginfo_t *info, void *context);

// Makes an interrupted task call the function of `chost_native_set_preemption` first when it goes on.
// Returns 0 where it cannot: outside of modules, or with no room left on its stack, from `lowest` to
// `highest`, where a register that a module has changed may not point at all.
int chost_native_preempt(ucontext_t *context, uint64_t lowest, uint64_t highest);

#endif
