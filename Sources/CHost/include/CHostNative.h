// Native code in the process: windows that faults fill, calls that a fault ends, tasks.
#ifndef VMEM_CHOST_NATIVE_H
#define VMEM_CHOST_NATIVE_H
#include <stddef.h>
#include <stdint.h>

enum { CHOST_NATIVE_WINDOWS = 5 };

/// Host addresses that native code sees memory of the machine at. A process that has something there
/// itself does without an optional one.
struct chost_native_range {
  uint64_t start;
  uint64_t size;
  int is_optional;
};

/// Pages of a file that native code may see: how many, where, from which byte of the file on, and how
/// (PROT_READ and so on).
struct chost_native_page {
  uint64_t start;
  uint64_t count;
  uint64_t offset;
  int file;
  int protection;
};

/// Says what native code sees at an address; `error` has the bits of x86's page-fault error code. 0
/// where there is nothing for such an access.
typedef int (* _Nonnull chost_native_fill)(
    void * _Nullable context, uint64_t address, uint32_t error,
    struct chost_native_page * _Nonnull page);

enum chost_native_answer { CHOST_NATIVE_RETURNS, CHOST_NATIVE_REPEATS, CHOST_NATIVE_DIES };

/// Carries out function `number`: the first six arguments, those behind them, and the address that it
/// returns to. CHOST_NATIVE_REPEATS lets other tasks run, and asks again.
typedef int (* _Nonnull chost_native_dispatch)(
    void * _Nullable context, uint32_t number, const uint64_t * _Nonnull arguments,
    const uint64_t * _Nonnull stack, uint64_t caller, uint64_t * _Nonnull result);

/// What ended a call of native code.
struct chost_native_fault {
  /// SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE; SIGALRM for code that ran too long; 0 when a call of the
  /// engine's ended it; CHOST_NATIVE_SLEPT for one that would have to wait where it cannot.
  int signal;
  int code;
  uint64_t address;
  uint64_t rip;
  uint64_t rsp;
  uint64_t rbp;
  /// All 16, as instructions number them.
  uint64_t registers[16];
  /// x86's error code and exception number.
  uint32_t error;
  uint32_t trap;
};
enum { CHOST_NATIVE_SLEPT = -1 };

enum chost_native_how { CHOST_NATIVE_FINISHED, CHOST_NATIVE_WAITS, CHOST_NATIVE_DIED };

/// How a call of native code ended, or a turn of a task.
struct chost_native_end {
  int how;
  uint64_t value;
  struct chost_native_fault fault;
};

/// Whether windows are open: `chost_native_opened`.
extern int chost_native_is_open;
static inline int chost_native_opened(void) { return chost_native_is_open; }

/// Opens the windows. Returns 0 or an error number: EEXIST where the process has something at one that is
/// not optional.
int chost_native_open(
    const struct chost_native_range * _Nonnull ranges, chost_native_fill fill,
    chost_native_dispatch dispatch, void * _Nullable context);
void chost_native_close(void);

/// Whether a window has an address.
int chost_native_has(uint64_t address);

/// Native code no longer sees what it saw in a range of kernel addresses.
void chost_native_forget_range(uint64_t start, uint64_t end);
static inline void chost_native_forget(uint64_t start, uint64_t end) {
  if (chost_native_is_open) chost_native_forget_range(start, end);
}

/// Calls a native function; a fault within ends it.
struct chost_native_end chost_native_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c);

/// A native function with a stack of its own, of `size` bytes, whole pages: the first free of 4096 that lie
/// one behind the other from an address on, where nothing else is there. NULL without memory.
struct chost_native_task;
struct chost_native_task * _Nullable chost_native_task(
    uint64_t function, uint64_t argument, size_t size, uint64_t stacks);
void chost_native_task_free(struct chost_native_task * _Nonnull task);
/// Whether an address lies in the nearly 1 MiB of nothing behind the end of the task's stack.
int chost_native_is_stack_end(const struct chost_native_task * _Nonnull task, uint64_t address);
/// Whether an address lies in the page of nothing above the task's stack.
int chost_native_is_above_stack(const struct chost_native_task * _Nonnull task, uint64_t address);
/// Behind the task's stack.
uint64_t chost_native_stack_top(const struct chost_native_task * _Nonnull task);
/// Lets the task run until it waits or ends.
struct chost_native_end chost_native_resume(struct chost_native_task * _Nonnull task);
/// Ends turns that take more seconds in which nothing is done (`chost_native_moved`); 0 for no limit.
void chost_native_watch(long seconds);
extern unsigned long chost_native_moves;
/// Says that the task that runs has changed something.
static inline void chost_native_moved(void) { chost_native_moves++; }
/// The function that a task calls now and then which is in its second second without a call, at an address
/// from `start` to `end`: where modules are.
void chost_native_set_preemption(uint32_t number, uint64_t start, uint64_t end);

/// Copies bytes that native code may see, or that are not there. Returns how many were copied.
size_t chost_native_copy(void * _Nonnull to, const void * _Nonnull from, size_t count);

/// Memory for the object of a module, at an address or, for 0 and where that is taken, anywhere.
void * _Nullable chost_native_text(uint64_t place, size_t size);
int chost_native_protect(void * _Nonnull start, size_t size, int protection);
void chost_native_release(void * _Nonnull start, size_t size);

/// Writes the code that native code calls for function `number`; its bytes, which are a multiple of 16.
size_t chost_native_thunk(uint8_t * _Nonnull place, uint32_t number);

#endif
