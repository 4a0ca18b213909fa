#define _GNU_SOURCE
#include "native.h"

// A task of native code that does not leave the CPU by itself: between two of its instructions it is made
// to call a function of the engine's, which may let others run.

#ifdef __x86_64__

uint32_t chost_native_preemption __attribute__((visibility("hidden")));
static uint64_t first, last;

// What a function may change is put back, with the flags; the address to go on at lies behind the 128
// bytes that the interrupted function may use below its stack.
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".type chost_native_preempted, @function\n"
    "chost_native_preempted:\n"
    "  pushfq\n"
    "  cld\n"
    "  pushq %rax\n  pushq %rcx\n  pushq %rdx\n  pushq %rsi\n  pushq %rdi\n"
    "  pushq %r8\n  pushq %r9\n  pushq %r10\n  pushq %r11\n  pushq %rbp\n"
    "  movq %rsp, %rbp\n"
    "  andq $-16, %rsp\n"
    "  movl chost_native_preemption(%rip), %eax\n"
    "  call chost_native_enter\n"
    "  movq %rbp, %rsp\n"
    "  popq %rbp\n  popq %r11\n  popq %r10\n  popq %r9\n  popq %r8\n"
    "  popq %rdi\n  popq %rsi\n  popq %rdx\n  popq %rcx\n  popq %rax\n"
    "  popfq\n"
    "  ret $128\n"
    ".size chost_native_preempted, .-chost_native_preempted\n");
extern char chost_native_preempted[] __attribute__((visibility("hidden")));

enum { RED_ZONE = 128, ROOM = 1024 };

int chost_native_preempt(ucontext_t *context, uint64_t lowest, uint64_t highest) {
  greg_t *registers = context->uc_mcontext.gregs;
  uint64_t sp = (uint64_t)registers[REG_RSP] - RED_ZONE - 8;
  uint64_t rip = (uint64_t)registers[REG_RIP];
  if (rip < first || rip >= last || sp < lowest + ROOM || sp >= highest) return 0;
  *(uint64_t *)sp = rip;
  registers[REG_RSP] = (greg_t)sp;
  registers[REG_RIP] = (greg_t)(uintptr_t)chost_native_preempted;
  return 1;
}

void chost_native_set_preemption(uint32_t number, uint64_t start, uint64_t end) {
  chost_native_preemption = number;
  first = start;
  last = end;
}

#endif
