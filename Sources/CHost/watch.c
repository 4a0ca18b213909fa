#include "CHost.h"
#include "window.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { RANGES = 16 };

static struct { _Atomic uintptr_t base, end; } ranges[RANGES];
static struct sigaction before_segv, before_bus;
static atomic_flag installed = ATOMIC_FLAG_INIT;

static void report(uintptr_t offset) {
  char text[] = "vmemctl: image corrupt: a reference leads to 0x0000000000000000 past the RAM\n";
  char *digit = strchr(text, '0') + 17;
  for (; offset; offset >>= 4) *digit-- = "0123456789abcdef"[offset & 15];
  ssize_t written = write(2, text, sizeof text - 1);
  (void)written;
  _exit(4);
}

static void on_fault(int number, siginfo_t *info, void *context) {
  if (chost_window_fault(info, context)) return;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < RANGES; i++) {
    uintptr_t base = atomic_load(&ranges[i].base);
    if (base && address >= base && address < atomic_load(&ranges[i].end)) report(address - base);
  }
  struct sigaction *before = number == SIGBUS ? &before_bus : &before_segv;
  if (before->sa_flags & SA_SIGINFO) {
    before->sa_sigaction(number, info, context);
  } else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) {
    before->sa_handler(number);
  } else {
    // The default action follows when the faulting instruction runs again.
    signal(number, SIG_DFL);
  }
}

int chost_watch_range(const void *base, size_t size) {
  if (!atomic_flag_test_and_set(&installed)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    // Native code may run where no frame of a signal can be pushed.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    if (sigaction(SIGSEGV, &action, &before_segv) || sigaction(SIGBUS, &action, &before_bus))
      return -1;
  }
  for (int i = 0; i < RANGES; i++) {
    uintptr_t none = 0;
    if (atomic_compare_exchange_strong(&ranges[i].base, &none, 1)) {
      atomic_store(&ranges[i].end, (uintptr_t)base + size);
      atomic_store(&ranges[i].base, (uintptr_t)base);
      return 0;
    }
  }
  return -1;
}

void chost_unwatch_range(const void *base) {
  for (int i = 0; i < RANGES; i++) {
    uintptr_t expected = (uintptr_t)base;
    if (atomic_compare_exchange_strong(&ranges[i].base, &expected, 0)) return;
  }
}

static void on_trap(int number) {
  static const char text[] =
      "vmemctl: an invariant does not hold: the image is corrupt, or this is a bug of vmemctl; "
      "nothing is committed\n";
  (void)number;
  ssize_t written = write(2, text, sizeof text - 1);
  (void)written;
  _exit(4);
}

void chost_watch_traps(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_trap;
  sigaction(SIGILL, &action, 0);
  sigaction(SIGTRAP, &action, 0);
}
