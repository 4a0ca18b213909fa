// Tasks: the current one, kernel threads, sleeping, and what must not sleep.
#ifndef VMEM_SCHED_H
#define VMEM_SCHED_H

#include <vmem/abi.h>
#include <vmem/printk.h>

struct task_struct *vmem_current(void) VK(current);
#define current vmem_current()
#define get_current() vmem_current()

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_WAKEKILL 0x100
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE 0x402
#define TASK_NORMAL 3
#define TASK_COMM_LEN 16
#define PF_KTHREAD 0x200000
#define PF_EXITING 0x4
#define MAX_SCHEDULE_TIMEOUT LONG_MAX
#define MAX_NICE 19
#define MIN_NICE (-20)

// Of the current task: what schedule() makes it.
void vmem_set_state(unsigned int state) VK(set_current_state);
#define set_current_state(state) vmem_set_state(state)
#define __set_current_state(state) vmem_set_state(state)
#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)

void schedule(void) VK(schedule);
// Jiffies that were left when it was woken; 0 if nobody did.
long schedule_timeout(long timeout) VK(schedule_timeout);
#define schedule_timeout_interruptible(timeout) \
  ({ vmem_set_state(TASK_INTERRUPTIBLE); schedule_timeout(timeout); })
#define schedule_timeout_uninterruptible(timeout) \
  ({ vmem_set_state(TASK_UNINTERRUPTIBLE); schedule_timeout(timeout); })
#define schedule_timeout_killable schedule_timeout_uninterruptible
#define io_schedule schedule
int cond_resched(void) VK(cond_resched);
void yield(void) VK(yield);
void cpu_relax(void) VK(cpu_relax);
#define rep_nop cpu_relax
#define cpu_relax_yield cpu_relax
bool need_resched(void) VK(need_resched);
int wake_up_process(struct task_struct *task) VK(wake_up_process);
void vmem_might_sleep(const char *file, int line) VK(might_sleep);
#define might_sleep() vmem_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(condition) do { if (condition) might_sleep(); } while (0)
#define might_fault() might_sleep()
#define might_resched() do { } while (0)
#define cant_sleep() do { } while (0)

// MARK: All tasks: those of modules, and the kernel's own three

extern struct task_struct init_task VK(init_task);
// The one behind, of the order of PIDs; behind the last is init_task.
struct task_struct *vmem_next_task(struct task_struct *task) VK(next_task);
#define next_task(task) vmem_next_task(task)
#define for_each_process(task) \
  for ((task) = &init_task; ((task) = next_task(task)) != &init_task;)
// A task has no threads but itself.
#define next_thread(task) (task)
#define while_each_thread(task, thread) while (((thread) = next_thread(thread)) != (task))
#define do_each_thread(task, thread) \
  for ((task) = (thread) = &init_task; ((task) = (thread) = next_task(task)) != &init_task;) do
#define for_each_thread(task, thread) \
  for ((thread) = (task); (thread); (thread) = NULL)
#define for_each_process_thread(task, thread) \
  for_each_process(task) for_each_thread(task, thread)
#define get_nr_threads(task) 1
#define thread_group_leader(task) ((void)(task), true)
#define thread_group_empty(task) ((void)(task), true)
#define task_is_dead(task) ((void)(task), false)
static inline struct task_struct *find_task_by_vpid(pid_t number) {
  struct task_struct *task;
  for_each_process(task) {
    if (task->pid == number) return task;
  }
  return NULL;
}
// A `struct pid` stands for its task.
enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };
#define find_task_by_pid_ns(number, namespace) find_task_by_vpid(number)
#define find_vpid(number) ((struct pid *)find_task_by_vpid(number))
#define find_get_pid(number) find_vpid(number)
#define find_get_task_by_vpid(number) find_task_by_vpid(number)
#define get_pid(pid) (pid)
#define put_pid(pid) do { (void)(pid); } while (0)
#define task_pid(task) ((struct pid *)(task))
#define task_tgid(task) task_pid(task)
#define get_task_pid(task, type) task_pid(task)
#define pid_task(pid, type) ((void)(type), (struct task_struct *)(pid))
#define get_pid_task(pid, type) pid_task(pid, type)
#define pid_nr(pid) ((pid) ? ((struct task_struct *)(pid))->pid : 0)
#define pid_vnr pid_nr
// R runs, S sleeps, D sleeps whatever comes, I idles.
static inline char task_state_to_char(struct task_struct *task) {
  unsigned int state = READ_ONCE(task->__state);
  if ((state & 0x402) == 0x402) return 'I';
  return state & 2 ? 'D' : state & 1 ? 'S' : 'R';
}
#define task_lock(task) do { (void)(task); preempt_disable(); } while (0)
#define task_unlock(task) do { (void)(task); preempt_enable(); } while (0)
#define task_stack_page(task) ((task)->stack)
#define end_of_stack(task) ((unsigned long *)(task)->stack)
#define task_ppid_nr(task) ((task)->parent->pid)
#define task_nice(task) ((task)->prio - 120)
#define task_prio(task) ((task)->prio - 100)
#define PF_VCPU 0x1
#define PF_IDLE 0x2
struct thread_info { unsigned long flags; unsigned int status, cpu; };
// The kernel has it at the start of a task's structure.
#define current_thread_info() ((struct thread_info *)current)
#define task_thread_info(task) ((struct thread_info *)(task))
#define THREAD_SIZE 16384
#define THREAD_SIZE_ORDER 2

// MARK: Kernel threads

// Not running yet; wake_up_process starts it. ERR_PTR(-ENOMEM) if there is no room.
struct task_struct *kthread_create_on_node(int (*function)(void *data), void *data, int node,
    const char *format, ...) VK(kthread_create_on_node) __printf(4, 5);
struct task_struct *kthread_create_on_cpu(int (*function)(void *data), void *data,
    unsigned int cpu, const char *format) VK(kthread_create_on_cpu);
#define kthread_create(function, data, ...) \
  kthread_create_on_node(function, data, -1, __VA_ARGS__)
#define kthread_run(function, data, ...) \
  ({ \
    struct task_struct *__task = kthread_create(function, data, __VA_ARGS__); \
    if (!IS_ERR(__task)) wake_up_process(__task); \
    __task; \
  })
#define kthread_run_on_cpu(function, data, cpu, format) \
  ({ \
    struct task_struct *__task = kthread_create_on_cpu(function, data, cpu, format); \
    if (!IS_ERR(__task)) wake_up_process(__task); \
    __task; \
  })
void kthread_bind(struct task_struct *task, unsigned int cpu) VK(kthread_bind);
// What the thread returned; -EINTR if it never ran. Waits for it.
int kthread_stop(struct task_struct *task) VK(kthread_stop);
bool kthread_should_stop(void) VK(kthread_should_stop);
void vmem_kthread_exit(long result) VK(kthread_exit) __noreturn;
#define kthread_exit(result) vmem_kthread_exit(result)
#define do_exit(result) vmem_kthread_exit(result)
#define module_put_and_kthread_exit(result) \
  do { module_put(THIS_MODULE); vmem_kthread_exit(result); } while (0)
#define kthread_complete_and_exit(completion, result) \
  do { complete(completion); vmem_kthread_exit(result); } while (0)
#define complete_and_exit kthread_complete_and_exit
void get_task_struct(struct task_struct *task) VK(get_task_struct);
void put_task_struct(struct task_struct *task) VK(put_task_struct);

// MARK: What must not sleep

void preempt_disable(void) VK(preempt_disable);
void preempt_enable(void) VK(preempt_enable);
#define preempt_disable_notrace preempt_disable
#define preempt_enable_notrace preempt_enable
#define preempt_enable_no_resched preempt_enable
#define pagefault_disable() preempt_disable()
#define pagefault_enable() preempt_enable()
#define migrate_disable() preempt_disable()
#define migrate_enable() preempt_enable()
int preempt_count(void) VK(preempt_count);
#define preemptible() (preempt_count() == 0 && !irqs_disabled())
unsigned long vmem_irq_save(void) VK(local_irq_save);
void vmem_irq_restore(unsigned long flags) VK(local_irq_restore);
void local_irq_disable(void) VK(local_irq_disable);
void local_irq_enable(void) VK(local_irq_enable);
bool irqs_disabled(void) VK(irqs_disabled);
void local_bh_disable(void) VK(local_bh_disable);
void local_bh_enable(void) VK(local_bh_enable);
#define local_irq_save(flags) ((flags) = vmem_irq_save())
#define local_irq_restore(flags) vmem_irq_restore(flags)
#define local_save_flags(flags) ((flags) = irqs_disabled())
#define __save_flags local_save_flags
// Bit 0 in a timer or other soft interrupt, 1 in a hard one, 2 with soft ones disabled.
int vmem_interrupt_level(void) VK(interrupt_level);
#define in_atomic() (preempt_count() != 0)
#define in_hardirq() ((vmem_interrupt_level() & 2) != 0)
#define in_irq() in_hardirq()
#define in_serving_softirq() ((vmem_interrupt_level() & 1) != 0)
#define in_softirq() ((vmem_interrupt_level() & 5) != 0)
#define in_interrupt() (vmem_interrupt_level() != 0)
#define in_nmi() false
#define in_task() ((vmem_interrupt_level() & 3) == 0)
#define in_dbg_master() false

// MARK: Facts of a task

static inline pid_t task_pid_nr(const struct task_struct *task) { return task->pid; }
static inline pid_t task_tgid_nr(const struct task_struct *task) { return task->tgid; }
#define task_pid_vnr task_pid_nr
#define task_tgid_vnr task_tgid_nr
#define task_cpu(task) ((task)->cpu)
#define get_task_comm(buffer, task) (vmem_task_comm(buffer, sizeof(buffer), task))
static inline char *vmem_task_comm(char *to, size_t room, const struct task_struct *task) {
  size_t i = 0;
  for (; i + 1 < room && task->comm[i]; i++) to[i] = task->comm[i];
  to[i] = 0;
  return to;
}
#define signal_pending(task) false
#define fatal_signal_pending(task) false
#define allow_signal(number) do { } while (0)
#define flush_signals(task) do { } while (0)
#define set_user_nice(task, nice) do { } while (0)
#define sched_set_fifo(task) do { } while (0)
#define sched_set_normal(task, nice) do { } while (0)
#define set_freezable() false
#define try_to_freeze() false
#define freezing(task) false
#define kthread_freezable_should_stop(frozen) kthread_should_stop()

// MARK: Who a task is: root, as whoever loads modules

struct cred { kuid_t uid, euid, suid, fsuid; kgid_t gid, egid, sgid, fsgid; };
struct user_namespace { int level; };
static struct user_namespace init_user_ns __maybe_unused;
static const struct cred vmem_root __maybe_unused;
#define current_user_ns() (&init_user_ns)
#define current_cred() (&vmem_root)
#define get_cred(cred) (cred)
#define put_cred(cred) do { (void)(cred); } while (0)
// A copy to change, which then is the task's: nobody asks for it.
struct cred *vmem_new_cred(size_t size, gfp_t gfp) VK(kmalloc);
void vmem_free_cred(const void *cred) VK(kfree);
static inline struct cred *prepare_creds(void) {
  return vmem_new_cred(sizeof(struct cred),
      VMEM_GFP_DIRECT_RECLAIM | VMEM_GFP_KSWAPD_RECLAIM | VMEM_GFP_ZERO);
}
static inline int commit_creds(struct cred *new) { vmem_free_cred(new); return 0; }
#define abort_creds(new) vmem_free_cred(new)
#define make_kuid(namespace, id) ((void)(namespace), (kuid_t){ (id) })
#define make_kgid(namespace, id) ((void)(namespace), (kgid_t){ (id) })
#define KUIDT_INIT(id) ((kuid_t){ (id) })
#define KGIDT_INIT(id) ((kgid_t){ (id) })
static inline bool uid_valid(kuid_t uid) { return uid.val != (uid_t)-1; }
static inline bool gid_valid(kgid_t gid) { return gid.val != (gid_t)-1; }
#define GLOBAL_ROOT_UID ((kuid_t){ 0 })
#define GLOBAL_ROOT_GID ((kgid_t){ 0 })
#define current_uid() GLOBAL_ROOT_UID
#define current_euid() GLOBAL_ROOT_UID
#define current_gid() GLOBAL_ROOT_GID
#define current_egid() GLOBAL_ROOT_GID
#define from_kuid(namespace, uid) ((uid).val)
#define from_kgid(namespace, gid) ((gid).val)
#define __kuid_val(uid) ((uid).val)
#define uid_eq(a, b) ((a).val == (b).val)
#define capable(capability) true
#define CAP_SYS_ADMIN 21

#endif
