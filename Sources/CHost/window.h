// What the fault handler asks of windows.
#ifndef VMEM_WINDOW_H
#define VMEM_WINDOW_H
#include <signal.h>

/// Serves a fault of native code that runs in this thread. Returns 0 for any other fault.
int chost_window_fault(siginfo_t *info, void *context);

#endif
