#include "CHost.h"
#include "native.h"
#include "window.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RANGES = 64 };

static struct {
  _Atomic uintptr_t base, end, mapped_end;
  _Atomic int mapping, descriptor;
} ranges[RANGES];
static struct sigaction before_segv, before_bus;
static atomic_flag installed = ATOMIC_FLAG_INIT;

_Thread_local uint64_t chost_line;
static _Thread_local struct {
  size_t count;
  char name[512];
} script;

void chost_set_script(const char *name, size_t count) {
  script.count = count < sizeof script.name ? count : sizeof script.name;
  if (script.count) memcpy(script.name, name, script.count);
}

static void say(const char *text, size_t count) {
  ssize_t written = write(2, text, count);
  (void)written;
}

// Says where in a script something has happened, and what, and ends the process.
static void leave(const char *text, int code) {
  static const char program[] = "vmemctl: ";
  say(program, sizeof program - 1);
  if (script.count) {
    char line[] = ":00000000000000000000: ";
    char *digit = line + 21;
    for (uint64_t left = chost_line; left; left /= 10) *--digit = (char)('0' + left % 10);
    *--digit = ':';
    say(script.name, script.count);
    say(digit, strlen(digit));
  }
  say(text, strlen(text));
  chost_restore_terminal();
  _exit(code);
}

static void report_reference(uintptr_t offset) {
  char text[] = "image corrupt: a reference leads to 0x0000000000000000 past the RAM\n";
  char *digit = strchr(text, '0') + 17;
  for (; offset; offset >>= 4) *digit-- = "0123456789abcdef"[offset & 15];
  leave(text, 4);
}

// A page of a file that the host does not give: there is none any more, or it cannot be read.
static void report_page(int index, uintptr_t offset) {
  struct stat status;
  int is_log = atomic_load(&ranges[index].mapping) == CHOST_LOG;
  if (!fstat(atomic_load(&ranges[index].descriptor), &status) &&
      (uintptr_t)status.st_size <= offset)
    leave(is_log ? "image corrupt: its log became shorter while it was in use\n"
                 : "image corrupt: its file became shorter while it was in use\n", 4);
  leave(is_log ? "the host could not read the log of the image: an I/O error\n"
               : "the host could not read the image: an I/O error, or its file system is "
                 "full\n", 74);
}

static void on_fault(int number, siginfo_t *info, void *context) {
  if (chost_window_fault(info, context) || chost_native_fault(number, info, context)) return;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < RANGES; i++) {
    uintptr_t base = atomic_load(&ranges[i].base);
    if (!base || address < base || address >= atomic_load(&ranges[i].end)) continue;
    if (number == SIGBUS && address < atomic_load(&ranges[i].mapped_end))
      report_page(i, address - base);
    report_reference(address - base);
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

int chost_watch_range(
    const void *base, size_t size, enum chost_mapping mapping, int descriptor, size_t mapped) {
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
      atomic_store(&ranges[i].mapped_end, (uintptr_t)base + (mapping ? mapped : 0));
      atomic_store(&ranges[i].mapping, mapping);
      atomic_store(&ranges[i].descriptor, descriptor);
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

int chost_has_room(size_t size) {
  struct rlimit space, data;
  if (getrlimit(RLIMIT_AS, &space) || getrlimit(RLIMIT_DATA, &data)) return 1;
  if (space.rlim_cur == RLIM_INFINITY && data.rlim_cur == RLIM_INFINITY) return 1;
  void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return 0;
  munmap(room, size);
  return 1;
}

static void on_trap(int number) {
  enum { ENOUGH = 256 << 20 };
  (void)number;
  if (!chost_has_room(ENOUGH))
    leave("the host gives no more memory (ulimit -v, ulimit -d); nothing is committed\n", 74);
  leave("an invariant does not hold: the image is corrupt, or this is a bug of vmemctl; "
        "nothing is committed\n", 4);
}

void chost_watch_traps(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_trap;
  sigaction(SIGILL, &action, 0);
  sigaction(SIGTRAP, &action, 0);
  sigaction(SIGABRT, &action, 0);
}
