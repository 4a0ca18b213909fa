// The callers of a function, by the frames on the stack.
#ifndef VMEM_STACKTRACE_H
#define VMEM_STACKTRACE_H

#include <vmem/printk.h>
#include <vmem/sched.h>

static __always_inline unsigned int stack_trace_save(
    unsigned long *to, unsigned int room, unsigned int skip) {
  unsigned long low = (unsigned long)current->stack, high = low + THREAD_SIZE;
  unsigned long *frame = __builtin_frame_address(0);
  unsigned int count = 0;
  while ((unsigned long)frame > low && (unsigned long)(frame + 2) <= high && count < room) {
    if (frame[1] < VMEM_MODULES || frame[1] >= VMEM_MODULES_END) break;
    if (skip) skip--;
    else to[count++] = frame[1];
    if (frame[0] <= (unsigned long)frame) break;
    frame = (unsigned long *)frame[0];
  }
  return count;
}
static inline void stack_trace_print(
    const unsigned long *trace, unsigned int count, int indentation) {
  for (unsigned int i = 0; i < count; i++) {
    printk("%*c%pS\n", 1 + indentation, ' ', (void *)trace[i]);
  }
}
static inline int stack_trace_snprint(char *to, size_t room, const unsigned long *trace,
    unsigned int count, int indentation) {
  int length = 0;
  for (unsigned int i = 0; i < count; i++) {
    length += snprintf(to + min((size_t)length, room), room - min((size_t)length, room),
        "%*c%pS\n", 1 + indentation, ' ', (void *)trace[i]);
  }
  return length;
}

#endif
