#define _GNU_SOURCE
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

// Native code of modules: windows of host memory that faults fill from the machine's RAM, and calls of
// native functions that end at a fault instead of ending the process.

#ifdef __x86_64__

enum {
  // Four make a second; how many a task may have before it is preempted at each.
  TICK = 250000,
  FREE_TICKS = 4,
  // How many times as long a turn may take that gets on.
  MOST_TURNS = 5,
  // Calls of native code within each other: what they need fits the engine's stack.
  MOST_DEPTH = 64,
  PAGE = 4096,
  SIGNAL_STACK = 512 << 10,
  ENGINE_STACK = 8 << 20,
  // Of a range of more pages the whole window is forgotten.
  MOST_FORGOTTEN = 1 << 20,
  // From one stack to the next; what is no stack is its guard.
  STACK_DISTANCE = 1 << 20,
  STACKS = 4096,
  // Most pages that a fault maps before they are touched.
  MOST_POPULATED = 16,
};

// Addresses of kernels without their top 17 bits.
#define FOLDED ((1UL << 47) - 1)

struct window {
  uintptr_t start;
  size_t size;
  // A bit for each page that is mapped.
  uint64_t *filled;
};

// A call of native code by the engine: where a fault goes on.
struct call {
  // Written by chost_native_run.
  uint64_t sp;
  struct call *outer;
  uint64_t engine_sp;
  int depth;
};

struct chost_native_task {
  uint64_t sp;
  struct call *call;
  // Reserved addresses, and the lowest that is mapped; the number of the place, STACKS for none.
  char *stack;
  size_t size;
  char *lowest;
  uint64_t top;
  size_t place;
  uint64_t function, argument;
  struct chost_native_end end;
  uint64_t engine_sp;
  // Of the turns that it was preempted in, in a row.
  long ticks;
  // Where the engine calls the task's function: nothing that the function may write over.
  char engine[16 << 10] __attribute__((aligned(16)));
};

unsigned long chost_native_moves;

static struct {
  struct window windows[CHOST_NATIVE_WINDOWS];
  chost_native_fill fill;
  chost_native_dispatch dispatch;
  void *context;
  char *signal_stack, *engine_stack;
  stack_t before_stack;
  struct sigaction before[3];
  long runs, most_runs;
  // The innermost call of native code, and whether the engine itself runs within it.
  struct call *call;
  volatile int in_engine;
  struct chost_native_task *task;
  uint64_t scheduler_sp;
  struct chost_native_fault fault;
  volatile long ticks, most_ticks, busy_ticks;
  unsigned long moves;
  volatile int is_overdue;
} native;

int chost_native_is_open;
uint64_t chost_native_engine_sp __attribute__((visibility("hidden")));
// The stack of the innermost call.
uint64_t chost_native_call_sp __attribute__((visibility("hidden")));
uint64_t chost_native_result __attribute__((visibility("hidden")));

static const int traps[] = {SIGILL, SIGTRAP, SIGFPE};

// MARK: Switching

// Registers that a function gives back as they were.
#define SAVE \
  "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
#define RESTORE \
  "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"

// chost_native_enter: a thunk of a function of the engine's comes here with the function's number in
// %eax; what is in registers is stored as an array, and the engine runs on a stack of its own.
// chost_native_run(call, function, a, b, c, stack): calls a native function, on a stack of its own unless
// that is 0; a fault goes on at chost_native_unwound with the stack as it is there. What the function
// leaves in registers and on its stack is not relied on.
// chost_native_switch(from, to): leaves one stack for another.
// chost_native_bytes(to, from, count): copies bytes and returns how many are left after a fault.
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl chost_native_enter\n"
    ".hidden chost_native_enter\n"
    ".type chost_native_enter, @function\n"
    "chost_native_enter:\n"
    "  pushq %rbp\n"
    "  movq %rsp, %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r9\n"
    "  pushq %r8\n"
    "  pushq %rcx\n"
    "  pushq %rdx\n"
    "  pushq %rsi\n"
    "  pushq %rdi\n"
    "  movl %eax, %ebx\n"
    "1:\n"
    "  movl %ebx, %edi\n"
    "  leaq -64(%rbp), %rsi\n"
    "  leaq 16(%rbp), %rdx\n"
    "  movq 8(%rbp), %rcx\n"
    "  movq %rsp, %r12\n"
    "  movq chost_native_engine_sp(%rip), %rax\n"
    "  testq %rax, %rax\n"
    "  jz 2f\n"
    "  movq %rax, %rsp\n"
    "  movq $0, chost_native_engine_sp(%rip)\n"
    "2:\n"
    "  pushq %rax\n"
    "  pushq %rax\n"
    "  call chost_native_dispatched\n"
    "  popq %rdx\n"
    "  popq %rdx\n"
    "  movq %rdx, chost_native_engine_sp(%rip)\n"
    "  movq %r12, %rsp\n"
    "  testl %eax, %eax\n"
    "  jz 3f\n"
    "  movl %eax, %edi\n"
    "  call chost_native_leave\n"
    "  jmp 1b\n"
    "3:\n"
    "  movq chost_native_result(%rip), %rax\n"
    "  leaq -16(%rbp), %rsp\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n"
    ".size chost_native_enter, .-chost_native_enter\n"

    ".type chost_native_run, @function\n"
    "chost_native_run:\n"
    SAVE
    "  subq $8, %rsp\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsp, chost_native_call_sp(%rip)\n"
    "  movq %rsi, %rax\n"
    "  movq %rdx, %rdi\n"
    "  movq %rcx, %rsi\n"
    "  movq %r8, %rdx\n"
    "  xorl %ebp, %ebp\n"
    "  testq %r9, %r9\n"
    "  cmovnzq %r9, %rsp\n"
    "  call *%rax\n"
    "  movq chost_native_call_sp(%rip), %rsp\n"
    "  xorl %edx, %edx\n"
    "chost_native_unwound:\n"
    "  cld\n"
    "  addq $8, %rsp\n"
    RESTORE
    "  ret\n"
    ".size chost_native_run, .-chost_native_run\n"

    ".type chost_native_switch, @function\n"
    "chost_native_switch:\n"
    SAVE
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    RESTORE
    "  ret\n"
    ".size chost_native_switch, .-chost_native_switch\n"

    ".type chost_native_bytes, @function\n"
    "chost_native_bytes:\n"
    "  movq %rdx, %rcx\n"
    "chost_native_byte:\n"
    "  rep movsb\n"
    "chost_native_copied:\n"
    "  movq %rcx, %rax\n"
    "  ret\n"
    ".size chost_native_bytes, .-chost_native_bytes\n");

struct two { uint64_t value, died; };
struct two chost_native_run(
    struct call *call, uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t stack);
void chost_native_switch(uint64_t *from, uint64_t to);
size_t chost_native_bytes(void *to, const void *from, size_t count);
extern char chost_native_unwound[] __attribute__((visibility("hidden")));
extern char chost_native_byte[] __attribute__((visibility("hidden")));
extern char chost_native_copied[] __attribute__((visibility("hidden")));
extern char chost_native_enter[] __attribute__((visibility("hidden")));

// MARK: Windows

static struct window *window_of(uintptr_t address) {
  for (int i = 0; i < CHOST_NATIVE_WINDOWS; i++)
    if (address - native.windows[i].start < native.windows[i].size) return &native.windows[i];
  return NULL;
}

static int is_filled(const struct window *window, size_t page) {
  return window->filled[page / 64] >> page % 64 & 1;
}

static void clear(uintptr_t start, size_t size) {
  mmap((void *)start, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
       -1, 0);
}

static void forget_all(void) {
  for (int i = 0; i < CHOST_NATIVE_WINDOWS; i++) {
    struct window *window = &native.windows[i];
    if (!window->size) continue;
    clear(window->start, window->size);
    madvise(window->filled, window->size / PAGE / 8 + PAGE, MADV_DONTNEED);
  }
  native.runs = 0;
}

// Lets nobody see a range any more. What was mapped there may stay, unseen: that costs half as much as
// to take it away, and most of it is replaced soon.
static void hide(uintptr_t start, size_t size) {
  native.runs += 2;
  if (mprotect((void *)start, size, PROT_NONE)) forget_all();
}

static void forget(struct window *window, uintptr_t start, uintptr_t end) {
  if (start < window->start) start = window->start;
  if (end > window->start + window->size) end = window->start + window->size;
  if (start >= end) return;
  size_t first = (start - window->start) / PAGE, last = (end - window->start + PAGE - 1) / PAGE;
  if (last - first > MOST_FORGOTTEN) return forget_all();
  size_t from = last;
  for (size_t page = first; page < last; page++) {
    if (!window->filled[page / 64]) {
      page |= 63;
      continue;
    }
    if (!is_filled(window, page)) continue;
    if (from == last) from = page;
    window->filled[page / 64] &= ~(1UL << page % 64);
    first = page;
  }
  if (from != last) hide(window->start + from * PAGE, (first - from + 1) * PAGE);
}

void chost_native_forget_range(uint64_t start, uint64_t end) {
  if (!native.runs) return;
  uint64_t from = start & FOLDED, to = ((end - 1) & FOLDED) + 1;
  for (int i = 0; i < CHOST_NATIVE_WINDOWS; i++)
    if (native.windows[i].size) forget(&native.windows[i], from, to);
}

// Lets native code see what the engine has at an address. Returns 0 where that is nothing, or not for
// such an access.
static int fill(struct window *window, uintptr_t address, uint32_t error) {
  struct chost_native_page page = {0};
  if (!native.fill(native.context, address, error, &page) || !page.count) return 0;
  if (native.runs >= native.most_runs) forget_all();
  uintptr_t start = page.start;
  size_t room = (window->start + window->size - start) / PAGE;
  if (page.count > room) page.count = room;
  // Few pages are brought at once, so that the access does not fault again.
  int flags = MAP_SHARED | MAP_FIXED | (page.count <= MOST_POPULATED ? MAP_POPULATE : 0);
  size_t size = page.count * PAGE;
  if (mmap((void *)start, size, page.protection, flags, page.file, (off_t)page.offset) ==
      MAP_FAILED) {
    forget_all();
    if (mmap((void *)start, size, page.protection, flags, page.file, (off_t)page.offset) ==
        MAP_FAILED)
      return 0;
  }
  native.runs++;
  for (size_t i = 0, at = (start - window->start) / PAGE; i < page.count; i++, at++)
    window->filled[at / 64] |= 1UL << at % 64;
  return 1;
}

// MARK: Faults

static const int numbers[] = {
  REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
  REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static void unwind(ucontext_t *context, int number, int code, uint64_t address) {
  greg_t *registers = context->uc_mcontext.gregs;
  struct chost_native_fault *fault = &native.fault;
  fault->signal = number;
  fault->code = code;
  fault->address = address;
  fault->error = (uint32_t)registers[REG_ERR];
  fault->trap = (uint32_t)registers[REG_TRAPNO];
  fault->rip = (uint64_t)registers[REG_RIP];
  fault->rsp = (uint64_t)registers[REG_RSP];
  fault->rbp = (uint64_t)registers[REG_RBP];
  for (int i = 0; i < 16; i++) fault->registers[i] = (uint64_t)registers[numbers[i]];
  registers[REG_RSP] = (greg_t)native.call->sp;
  registers[REG_RIP] = (greg_t)(uintptr_t)chost_native_unwound;
  registers[REG_RDX] = 1;
  native.in_engine = 1;
}

int chost_native_fault(int number, siginfo_t *info, void *data) {
  if (!chost_native_is_open) return 0;
  ucontext_t *context = data;
  greg_t *registers = context->uc_mcontext.gregs;
  uintptr_t rip = (uintptr_t)registers[REG_RIP];
  int is_copy = rip == (uintptr_t)chost_native_byte;
  if (!is_copy && (native.in_engine || !native.call)) return 0;
  int before = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  int is_page_fault = number == SIGSEGV && info->si_code > 0 && registers[REG_TRAPNO] == 14;
  struct window *window = is_page_fault ? window_of(address) : NULL;
  int was = native.in_engine;
  native.in_engine = 1;
  int is_there = window && fill(window, address, (uint32_t)registers[REG_ERR]);
  native.in_engine = was;
  errno = before;
  if (is_there) return 1;
  if (is_copy) {
    registers[REG_RIP] = (greg_t)(uintptr_t)chost_native_copied;
  } else {
    unwind(context, number, info->si_code, address);
  }
  return 1;
}

static void on_trap(int number, siginfo_t *info, void *context) {
  if (chost_native_fault(number, info, context)) return;
  for (int i = 0; i < 3; i++) {
    if (traps[i] != number) continue;
    if (native.before[i].sa_handler != SIG_DFL && native.before[i].sa_handler != SIG_IGN)
      native.before[i].sa_handler(number);
    signal(number, SIG_DFL);
  }
}

static void on_tick(int number, siginfo_t *info, void *context) {
  (void)info;
  struct chost_native_task *task = native.task;
  // Who changes something gets on, if not for ever without leaving the CPU.
  if (chost_native_moves != native.moves && native.busy_ticks < MOST_TURNS * native.most_ticks) {
    native.moves = chost_native_moves;
    native.busy_ticks++;
    native.ticks = 0;
    return;
  }
  if (++native.ticks < native.most_ticks) {
    if (native.ticks < FREE_TICKS || native.in_engine || !task || native.call->outer) return;
    if (chost_native_preempt(context, (uint64_t)task->lowest, task->top)) task->ticks = native.ticks;
    return;
  }
  if (native.in_engine || !native.call) {
    native.is_overdue = 1;
  } else {
    unwind(context, number, 0, 0);
  }
}

// MARK: Opening

static char *map(uintptr_t place, size_t size, int protection, int flags) {
  char *found = mmap((void *)place, size, protection,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return found == MAP_FAILED ? NULL : found;
}

static int reserve(struct window *window, uintptr_t start, size_t size) {
  char *place = map(start, size, PROT_NONE, MAP_FIXED_NOREPLACE);
  if (!place) return -1;
  if ((uintptr_t)place != start) {
    munmap(place, size);
    errno = EEXIST;
    return -1;
  }
  window->filled = (uint64_t *)map(0, size / PAGE / 8 + PAGE, PROT_READ | PROT_WRITE, 0);
  window->start = start;
  window->size = size;
  return window->filled ? 0 : -1;
}

static long most_mappings(void) {
  char text[32] = {0};
  int file = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? 0 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  long most = count > 0 ? atol(text) : 0;
  return (most > 1024 ? most : 65530) / 3;
}

int chost_native_open(
    const struct chost_native_range *ranges, chost_native_fill fill,
    chost_native_dispatch dispatch, void *context) {
  if (chost_native_is_open) return EBUSY;
  memset(&native, 0, sizeof native);
  for (int i = 0; i < CHOST_NATIVE_WINDOWS; i++) {
    if (reserve(&native.windows[i], ranges[i].start, ranges[i].size) && !ranges[i].is_optional) {
      int number = errno;
      chost_native_close();
      return number ? number : ENOMEM;
    }
  }
  native.fill = fill;
  native.dispatch = dispatch;
  native.context = context;
  native.most_runs = most_mappings();
  native.in_engine = 1;
  native.signal_stack = map(0, SIGNAL_STACK, PROT_READ | PROT_WRITE, 0);
  native.engine_stack = map(0, ENGINE_STACK, PROT_READ | PROT_WRITE, 0);
  stack_t mine = {.ss_sp = native.signal_stack, .ss_size = SIGNAL_STACK};
  if (!native.signal_stack || !native.engine_stack || sigaltstack(&mine, &native.before_stack)) {
    chost_native_close();
    return ENOMEM;
  }
  chost_native_engine_sp = (uint64_t)native.engine_stack + ENGINE_STACK - 64;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_trap;
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
  for (int i = 0; i < 3; i++) sigaction(traps[i], &action, &native.before[i]);
  action.sa_sigaction = on_tick;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  chost_native_is_open = 1;
  return 0;
}

void chost_native_close(void) {
  if (chost_native_is_open) {
    for (int i = 0; i < 3; i++) sigaction(traps[i], &native.before[i], NULL);
    signal(SIGALRM, SIG_DFL);
    sigaltstack(&native.before_stack, NULL);
  }
  chost_native_is_open = 0;
  for (int i = 0; i < CHOST_NATIVE_WINDOWS; i++) {
    struct window *window = &native.windows[i];
    if (window->size) munmap((void *)window->start, window->size);
    if (window->filled) munmap(window->filled, window->size / PAGE / 8 + PAGE);
  }
  if (native.signal_stack) munmap(native.signal_stack, SIGNAL_STACK);
  if (native.engine_stack) munmap(native.engine_stack, ENGINE_STACK);
  memset(&native, 0, sizeof native);
}

int chost_native_has(uint64_t address) { return window_of(address) != NULL; }

// MARK: Calls

int chost_native_dispatched(
    uint32_t number, const uint64_t *arguments, const uint64_t *stack, uint64_t caller)
    __attribute__((visibility("hidden"), used));
int chost_native_dispatched(
    uint32_t number, const uint64_t *arguments, const uint64_t *stack, uint64_t caller) {
  native.in_engine = 1;
  int answer;
  if (native.is_overdue) {
    native.fault = (struct chost_native_fault){.signal = SIGALRM, .rip = caller};
    answer = CHOST_NATIVE_DIES;
  } else {
    answer = native.dispatch(
        native.context, number, arguments, stack, caller, &chost_native_result);
  }
  if (answer == CHOST_NATIVE_RETURNS) native.in_engine = 0;
  else if (answer == CHOST_NATIVE_DIES && !native.is_overdue)
    native.fault = (struct chost_native_fault){.rip = caller};
  return answer;
}

// Waits for the task's next turn, or ends the call of native code.
void chost_native_leave(int answer) __attribute__((visibility("hidden"), used));
void chost_native_leave(int answer) {
  struct chost_native_task *task = native.task;
  if (answer == CHOST_NATIVE_DIES || !task || native.call->outer) {
    if (answer != CHOST_NATIVE_DIES)
      native.fault = (struct chost_native_fault){.signal = CHOST_NATIVE_SLEPT};
    __asm__ volatile(
        "movq %0, %%rsp\n"
        "movl $1, %%edx\n"
        "jmp chost_native_unwound\n" : : "r"(native.call->sp) : "rdx", "memory");
    __builtin_unreachable();
  }
  task->end.how = CHOST_NATIVE_WAITS;
  chost_native_switch(&task->sp, native.scheduler_sp);
}

// Makes the innermost call, or none, the one that goes on.
static void set_call(struct call *call) {
  native.call = call;
  chost_native_call_sp = call ? call->sp : 0;
}

static struct chost_native_end call_on(
    uint64_t stack, uint64_t function, uint64_t a, uint64_t b, uint64_t c) {
  struct call call = {.outer = native.call, .engine_sp = chost_native_engine_sp};
  if (call.outer) call.depth = call.outer->depth + 1;
  if (call.depth > MOST_DEPTH && native.task)
    return (struct chost_native_end){
      .how = CHOST_NATIVE_DIED,
      .fault = {.signal = SIGSEGV, .code = SEGV_MAPERR, .trap = 14, .error = 2, .rip = function,
                .address = (uint64_t)native.task->lowest - 8}};
  native.call = &call;
  native.in_engine = 0;
  struct two result = chost_native_run(&call, function, a, b, c, stack);
  native.in_engine = 1;
  set_call(call.outer);
  chost_native_engine_sp = call.engine_sp;
  struct chost_native_end end = {.value = result.value};
  if (result.died) {
    end.how = CHOST_NATIVE_DIED;
    end.fault = native.fault;
  }
  return end;
}

struct chost_native_end chost_native_call(uint64_t function, uint64_t a, uint64_t b, uint64_t c) {
  return call_on(0, function, a, b, c);
}

// MARK: Tasks

static void begin_task(void) {
  struct chost_native_task *task = native.task;
  task->end = call_on(task->top, task->function, task->argument, 0, 0);
  chost_native_switch(&task->sp, native.scheduler_sp);
}

static uint64_t taken[STACKS / 64];

// The same places in each run, as stacks show in what a module prints.
static char *reserve_stack(struct chost_native_task *task, uint64_t stacks) {
  for (task->place = 0; task->place < STACKS; task->place++) {
    uint64_t bit = 1UL << task->place % 64;
    if (taken[task->place / 64] & bit) continue;
    char *place = (char *)stacks + task->place * STACK_DISTANCE;
    char *found = map((uintptr_t)place, STACK_DISTANCE, PROT_NONE, MAP_FIXED_NOREPLACE);
    if (found == place) {
      taken[task->place / 64] |= bit;
      return found;
    }
    if (found) munmap(found, STACK_DISTANCE);
    task->place = STACKS;
    break;
  }
  return map(0, STACK_DISTANCE, PROT_NONE, 0);
}

struct chost_native_task *chost_native_task(
    uint64_t function, uint64_t argument, size_t size, uint64_t stacks) {
  struct chost_native_task *task = calloc(1, sizeof *task);
  if (!task) return NULL;
  task->size = STACK_DISTANCE;
  task->stack = reserve_stack(task, stacks);
  // A page above the stack is nobody's either.
  task->lowest = task->stack + STACK_DISTANCE - PAGE - size;
  if (!task->stack || mprotect(task->lowest, size, PROT_READ | PROT_WRITE)) {
    chost_native_task_free(task);
    return NULL;
  }
  task->function = function;
  task->argument = argument;
  // Six registers, and where the first switch returns to, aligned as behind a call.
  task->top = (uint64_t)task->lowest + size - 64;
  uint64_t *top = (uint64_t *)(task->engine + sizeof task->engine) - 8;
  top[6] = (uint64_t)(uintptr_t)begin_task;
  task->sp = (uint64_t)top;
  return task;
}

void chost_native_task_free(struct chost_native_task *task) {
  if (task->stack) munmap(task->stack, task->size);
  if (task->place < STACKS) taken[task->place / 64] &= ~(1UL << task->place % 64);
  free(task);
}

int chost_native_is_stack_end(const struct chost_native_task *task, uint64_t address) {
  return address >= (uint64_t)task->stack && address < (uint64_t)task->lowest;
}

uint64_t chost_native_stack_top(const struct chost_native_task *task) { return task->top; }

int chost_native_is_above_stack(const struct chost_native_task *task, uint64_t address) {
  return address >= task->top && address < (uint64_t)task->stack + task->size;
}

struct chost_native_end chost_native_resume(struct chost_native_task *task) {
  struct call *outer = native.call;
  struct chost_native_task *before = native.task;
  native.task = task;
  set_call(task->call);
  native.ticks = task->ticks;
  task->ticks = 0;
  native.busy_ticks = 0;
  native.is_overdue = 0;
  // A task that waits is in the engine's own code for a moment more.
  chost_native_switch(&native.scheduler_sp, task->sp);
  task->call = native.call;
  set_call(outer);
  native.task = before;
  native.in_engine = 1;
  return task->end;
}

void chost_native_watch(long seconds) {
  native.most_ticks = seconds * 4;
  native.ticks = 0;
  struct itimerval time = {{0, seconds ? TICK : 0}, {0, seconds ? TICK : 0}};
  setitimer(ITIMER_REAL, &time, NULL);
}

// MARK: Memory of native code

size_t chost_native_copy(void *to, const void *from, size_t count) {
  return count - chost_native_bytes(to, from, count);
}

void *chost_native_text(uint64_t place, size_t size) {
  char *text = place ? map(place, size, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE) : NULL;
  return text ? text : map(0, size, PROT_READ | PROT_WRITE, 0);
}

int chost_native_protect(void *start, size_t size, int protection) {
  return mprotect(start, size, protection);
}

void chost_native_release(void *start, size_t size) { munmap(start, size); }

size_t chost_native_thunk(uint8_t *place, uint32_t number) {
  // mov $number, %eax; movabs $chost_native_enter, %r11; jmp *%r11
  uint64_t target = (uint64_t)(uintptr_t)chost_native_enter;
  place[0] = 0xb8;
  memcpy(place + 1, &number, 4);
  place[5] = 0x49;
  place[6] = 0xbb;
  memcpy(place + 7, &target, 8);
  memcpy(place + 15, (uint8_t[]){0x41, 0xff, 0xe3}, 3);
  return 32;
}

#endif
