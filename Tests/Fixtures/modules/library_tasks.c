// All tasks, the callers of a function, and the processor.
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/stacktrace.h>
#include <linux/utsname.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include "library.h"

static int sleeps(void *data) {
  while (!kthread_should_stop()) {
    set_current_state(TASK_INTERRUPTIBLE);
    schedule_timeout(10);
  }
  return 0;
}

static noinline unsigned int callers(unsigned long *to) { return stack_trace_save(to, 8, 0); }

static void all(void) {
  struct task_struct *task, *thread, *made = kthread_run(sleeps, NULL, "sleeper");
  unsigned long trace[8];
  u64 value;
  char text[64];
  bool is_there = false;
  int count = 0, last = 0;
  unsigned int eax, ebx, ecx, edx;
  rcu_read_lock();
  for_each_process_thread(task, thread) {
    is_there |= thread == made && !strcmp(thread->comm, "sleeper");
    CHECK(thread->pid > last && task->tgid == thread->pid);
    last = thread->pid;
    count++;
  }
  rcu_read_unlock();
  CHECK(is_there && count == 4 && init_task.pid == 0);
  CHECK(pid_task(find_vpid(made->pid), PIDTYPE_PID) == made && !find_vpid(9999));
  CHECK(made->real_parent->pid == 2 && task_ppid_nr(current) == 1);
  CHECK((unsigned long)&count - (unsigned long)current->stack < THREAD_SIZE);
  kthread_stop(made);
  CHECK(callers(trace) >= 1);
  snprintf(text, sizeof(text), "%ps", (void *)trace[0]);
  CHECK(!strncmp(text, "all", 3) || !strncmp(text, "library_init", 12));
  CHECK(!strcmp(init_uts_ns.name.sysname, utsname()->sysname));
  cpuid(1, &eax, &ebx, &ecx, &edx);
  CHECK(edx & 1 && read_cr0() & X86_CR0_PG);
  CHECK(native_read_msr(MSR_EFER) & EFER_NX && rdmsrl_safe(0x12345, &value) == -EIO);
}
LIBRARY_FIXTURE(all);
