#define _GNU_SOURCE
#include "CHost.h"
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  PAGE = 4096,
  // More than the largest frame of the recursion: what it touches behind a stack's end lies here.
  MARGIN = 68 << 10,
  // For the fault handler, whatever it calls, and the processor's registers in the signal's frame.
  SIGNAL_STACK = 128 << 10,
};

struct chost_window {
  char *reserved;
  char *base;
  size_t size;
  // The same pages of the file, always there.
  char *alias;
  char *signal_stack;
  int file;
  // A userfaultfd, or -1: then pages are mapped one by one.
  int faults;
  // Of a run.
  chost_serve serve;
  void *context;
  int failed;
  uint64_t elapsed_ns;
};

static _Thread_local struct chost_window *running;

// MARK: The native code

#ifdef __x86_64__
// chost_stack_enter(frames, bytes of a frame, top) calls chost_stack_recurse on another stack, which
// calls itself. Each call takes as many bytes, its return address among them, and writes into the
// lowest word how many there are up to the top. Returns that number, of the deepest call;
// chost_stack_leave returns it from wherever the recursion is.
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".type chost_stack_enter, @function\n"
    "chost_stack_enter:\n"
    "  pushq %rbx\n"
    "  pushq %rbp\n"
    "  movq %rsp, %rbx\n"
    "  movq %rdx, %rsp\n"
    "  xorl %edx, %edx\n"
    "  call chost_stack_recurse\n"
    "chost_stack_leave:\n"
    "  movq %rbx, %rsp\n"
    "  movq %rdx, %rax\n"
    "  popq %rbp\n"
    "  popq %rbx\n"
    "  ret\n"
    ".size chost_stack_enter, .-chost_stack_enter\n"
    ".type chost_stack_recurse, @function\n"
    "chost_stack_recurse:\n"
    "  leaq 8(%rsp), %rsp\n"
    "  subq %rsi, %rsp\n"
    "  addq %rsi, %rdx\n"
    "  movq %rdx, (%rsp)\n"
    "  decq %rdi\n"
    "  jz 1f\n"
    "  call chost_stack_recurse\n"
    "1:\n"
    "  leaq -8(%rsp, %rsi), %rsp\n"
    "  ret\n"
    ".size chost_stack_recurse, .-chost_stack_recurse\n");

uint64_t chost_stack_enter(uint64_t frames, uint64_t frame, char *top);
extern char chost_stack_leave[] __attribute__((visibility("hidden")));

static void leave(void *context) {
  ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)chost_stack_leave;
}
#endif

// MARK: Faults

// Lets the native code see a page of the file. Returns whether the host has done it.
static int show(struct chost_window *window, size_t offset) {
  char *page = window->base + offset;
  if (window->faults < 0)
    return mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, window->file,
                (off_t)offset) == page;
#ifdef UFFDIO_CONTINUE
  // A page that the host has swapped out comes back.
  (void)*(volatile char *)(window->alias + offset);
  struct uffdio_continue request = {.range = {.start = (uintptr_t)page, .len = PAGE}};
  while (ioctl(window->faults, UFFDIO_CONTINUE, &request)) {
    if (errno == EEXIST) return 1;
    if (errno != EAGAIN) return 0;
    request.mapped = 0;
  }
  return 1;
#else
  return 0;
#endif
}

int chost_window_fault(siginfo_t *info, void *context) {
  struct chost_window *window = running;
  if (!window || info->si_code <= 0) return 0;
  uintptr_t address = (uintptr_t)info->si_addr;
  if (address - (uintptr_t)window->reserved >= window->size + 2 * MARGIN) return 0;
#ifdef __x86_64__
  int before = errno;
  // A fault in here is no fault of the native code.
  running = NULL;
  int64_t offset = (int64_t)(address - (uintptr_t)window->base);
  int is_served = window->serve(window->context, offset);
  if (is_served && !show(window, (size_t)offset & ~(size_t)(PAGE - 1))) window->failed = 1;
  running = window;
  if (!is_served || window->failed) leave(context);
  errno = before;
  return 1;
#else
  return 0;
#endif
}

// MARK: Windows

// Asks the host to report first touches of the window's pages by SIGBUS. Returns the descriptor, or -1.
static int watch(const struct chost_window *window) {
#if defined(UFFDIO_CONTINUE) && defined(UFFD_FEATURE_MINOR_SHMEM) && defined(UFFD_USER_MODE_ONLY)
  int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
  if (faults < 0) return -1;
  struct uffdio_api api = {
      .api = UFFD_API, .features = UFFD_FEATURE_SIGBUS | UFFD_FEATURE_MINOR_SHMEM};
  struct uffdio_register range = {
      .range = {.start = (uintptr_t)window->base, .len = window->size},
      .mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR};
  if (!ioctl(faults, UFFDIO_API, &api) && !ioctl(faults, UFFDIO_REGISTER, &range)) return faults;
  close(faults);
#else
  (void)window;
#endif
  return -1;
}

static char *map(size_t size, int protection, int flags, int file) {
  char *place = mmap(NULL, size, protection, flags, file, 0);
  return place == MAP_FAILED ? NULL : place;
}

struct chost_window *chost_window_open(size_t size, int allows_userfault) {
#ifdef __x86_64__
  struct chost_window *window = (struct chost_window *)map(
      sizeof *window, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (!window) return NULL;
  window->faults = -1;
  window->size = size;
  window->file = memfd_create("vmemctl-window", MFD_CLOEXEC);
  window->reserved =
      map(size + 2 * MARGIN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
  window->signal_stack = map(
      SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);
  if (window->file >= 0 && !ftruncate(window->file, (off_t)size))
    window->alias = map(size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, window->file);
  if (!window->reserved || !window->signal_stack || !window->alias) {
    chost_window_close(window);
    return NULL;
  }
  window->base = window->reserved + MARGIN;
  if (allows_userfault &&
      mmap(window->base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, window->file, 0) ==
          window->base)
    window->faults = watch(window);
  chost_window_hide(window);
  return window;
#else
  (void)size, (void)allows_userfault;
  return NULL;
#endif
}

void chost_window_close(struct chost_window *window) {
  if (window->faults >= 0) close(window->faults);
  if (window->file >= 0) close(window->file);
  if (window->reserved) munmap(window->reserved, window->size + 2 * MARGIN);
  if (window->signal_stack) munmap(window->signal_stack, SIGNAL_STACK);
  if (window->alias) munmap(window->alias, window->size);
  munmap(window, sizeof *window);
}

void chost_window_hide(struct chost_window *window) {
  if (window->faults >= 0) {
    madvise(window->base, window->size, MADV_DONTNEED);
  } else {
    mmap(window->base, window->size, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
}

void *chost_window_pages(const struct chost_window *window) { return window->alias; }
int chost_window_has_userfault(const struct chost_window *window) { return window->faults >= 0; }
uint64_t chost_window_elapsed_ns(const struct chost_window *window) { return window->elapsed_ns; }

// MARK: Runs

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int chost_window_run(
    struct chost_window *window, uint64_t frames, uint64_t frame, chost_serve serve, void *context,
    uint64_t *used) {
#ifdef __x86_64__
  // What a signal brings would be pushed onto the native code's stack; it waits for the end. Faults of
  // that code, and of the handler, do not wait.
  sigset_t waiting, mask;
  sigfillset(&waiting);
  static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&waiting, faults[i]);
  stack_t mine = {.ss_sp = window->signal_stack, .ss_size = SIGNAL_STACK}, before;
  if (sigaltstack(&mine, &before)) return -1;
  pthread_sigmask(SIG_SETMASK, &waiting, &mask);
  window->serve = serve;
  window->context = context;
  window->failed = 0;
  running = window;
  uint64_t start = now_ns();
  *used = chost_stack_enter(frames, frame, window->base + window->size);
  window->elapsed_ns = now_ns() - start;
  running = NULL;
  sigaltstack(&before, NULL);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  return window->failed ? -1 : 0;
#else
  (void)window, (void)frames, (void)frame, (void)serve, (void)context, (void)used;
  return -1;
#endif
}
