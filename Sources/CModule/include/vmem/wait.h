// Waiting for a condition, and completions.
#ifndef VMEM_WAIT_H
#define VMEM_WAIT_H

#include <vmem/list.h>
#include <vmem/locks.h>

#define VMEM_QUEUE_MAGIC 0xdead4eafu
#define __VMEM_QUEUE(done_) { .vmem = { .done = (done_), .magic = VMEM_QUEUE_MAGIC } }

// MARK: Wait queues

typedef struct wait_queue_head { struct vmem_queue vmem; } wait_queue_head_t;
#define swait_queue_head wait_queue_head
#define __WAIT_QUEUE_HEAD_INITIALIZER(name) __VMEM_QUEUE(0)
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __VMEM_QUEUE(0)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK DECLARE_WAIT_QUEUE_HEAD
#define init_waitqueue_head(queue) \
  ((void)((queue)->vmem = (struct vmem_queue){ .magic = VMEM_QUEUE_MAGIC }))
// How many of the exclusive tasks, 0 for all of them, and in which states a task must be.
void vmem_wake_up(struct vmem_queue *queue, int count, unsigned int states) VK(wake_up);
#define wake_up(queue) vmem_wake_up(&(queue)->vmem, 1, TASK_NORMAL)
#define wake_up_nr(queue, count) vmem_wake_up(&(queue)->vmem, count, TASK_NORMAL)
#define wake_up_all(queue) vmem_wake_up(&(queue)->vmem, 0, TASK_NORMAL)
#define wake_up_interruptible(queue) vmem_wake_up(&(queue)->vmem, 1, TASK_INTERRUPTIBLE)
#define wake_up_interruptible_nr(queue, count) \
  vmem_wake_up(&(queue)->vmem, count, TASK_INTERRUPTIBLE)
#define wake_up_interruptible_all(queue) vmem_wake_up(&(queue)->vmem, 0, TASK_INTERRUPTIBLE)
#define wake_up_interruptible_sync wake_up_interruptible
#define wake_up_sync wake_up
#define wake_up_locked wake_up
bool vmem_waiting(struct vmem_queue *queue) VK(waitqueue_active);
#define waitqueue_active(queue) vmem_waiting(&(queue)->vmem)
#define wq_has_sleeper waitqueue_active

// Sleeps until the queue was woken more often than `wakes`, or for `timeout` jiffies at most: the
// jiffies that are left, 0 if that was too long. Returns at once if it was woken already.
long vmem_wait_on(struct vmem_queue *queue, unsigned long wakes, unsigned int state, long timeout)
    VK(wait_on);
// The jiffies left, at least 1, once the condition is met; 0 if that was too long.
#define __vmem_wait(queue, condition, state, timeout) \
  ({ \
    long __left = (timeout); \
    for (;;) { \
      unsigned long __wakes = READ_ONCE((queue).vmem.wakes); \
      if (condition) { __left = __left ? __left : 1; break; } \
      if (!__left) break; \
      __left = vmem_wait_on(&(queue).vmem, __wakes, state, __left); \
    } \
    __left; \
  })
#define wait_event(queue, condition) \
  ((void)__vmem_wait(queue, condition, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
#define wait_event_interruptible(queue, condition) \
  ({ (void)__vmem_wait(queue, condition, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT); 0; })
#define wait_event_killable wait_event_interruptible
#define wait_event_idle wait_event
#define wait_event_freezable wait_event_interruptible
#define wait_event_timeout(queue, condition, timeout) \
  __vmem_wait(queue, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_interruptible_timeout(queue, condition, timeout) \
  __vmem_wait(queue, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event_cmd(queue, condition, before, after) \
  wait_event(queue, ({ after; bool __met = (condition); if (!__met) { before; } __met; }))
#define wait_event_lock_irq(queue, condition, lock) \
  wait_event_cmd(queue, condition, spin_unlock_irq(&(lock)), spin_lock_irq(&(lock)))

// The same by hand: a task joins the queue, sets its state, looks and calls schedule().
typedef struct wait_queue_entry {
  unsigned int flags;
  void *private;
  int (*func)(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
  struct list_head entry;
} wait_queue_entry_t, wait_queue_t;
#define WQ_FLAG_EXCLUSIVE 1u
#define DEFINE_WAIT(name) \
  wait_queue_entry_t name = { .private = current, .entry = LIST_HEAD_INIT((name).entry) }
#define DECLARE_WAITQUEUE(name, task) \
  wait_queue_entry_t name = { .private = (task), .entry = LIST_HEAD_INIT((name).entry) }
#define init_wait(wait) \
  do { (wait)->private = current; INIT_LIST_HEAD(&(wait)->entry); } while (0)
void vmem_queue_join(struct vmem_queue *queue, wait_queue_entry_t *wait, int state)
    VK(prepare_to_wait);
void vmem_queue_leave(struct vmem_queue *queue, wait_queue_entry_t *wait) VK(finish_wait);
#define prepare_to_wait(queue, wait, state) vmem_queue_join(&(queue)->vmem, wait, state)
#define prepare_to_wait_exclusive(queue, wait, state) \
  ((wait)->flags |= WQ_FLAG_EXCLUSIVE, prepare_to_wait(queue, wait, state))
#define finish_wait(queue, wait) vmem_queue_leave(&(queue)->vmem, wait)
#define add_wait_queue_exclusive(queue, wait) \
  ((wait)->flags |= WQ_FLAG_EXCLUSIVE, vmem_queue_join(&(queue)->vmem, wait, -1))
#define add_wait_queue(queue, wait) vmem_queue_join(&(queue)->vmem, wait, -1)
#define remove_wait_queue(queue, wait) vmem_queue_leave(&(queue)->vmem, wait)

// MARK: Completions

struct completion { struct vmem_queue vmem; };
#define COMPLETION_INITIALIZER(name) __VMEM_QUEUE(0)
#define DECLARE_COMPLETION(name) struct completion name = __VMEM_QUEUE(0)
#define DEFINE_COMPLETION DECLARE_COMPLETION
#define DECLARE_COMPLETION_ONSTACK DECLARE_COMPLETION
static inline void init_completion(struct completion *c) {
  c->vmem = (struct vmem_queue){ .magic = VMEM_QUEUE_MAGIC };
}
#define reinit_completion(completion) ((void)((completion)->vmem.done = 0))
#define INIT_COMPLETION(completion) reinit_completion(&(completion))
void complete(struct completion *completion) VK(complete);
void complete_all(struct completion *completion) VK(complete_all);
// Takes one of `done`; the jiffies left, 0 if none came in time.
long vmem_wait_done(struct completion *completion, unsigned int state, long timeout)
    VK(wait_for_completion);
#define wait_for_completion(completion) \
  ((void)vmem_wait_done(completion, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
#define wait_for_completion_interruptible(completion) \
  ({ vmem_wait_done(completion, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT); 0; })
#define wait_for_completion_killable wait_for_completion_interruptible
#define wait_for_completion_io wait_for_completion
static __always_inline unsigned long wait_for_completion_timeout(
    struct completion *completion, unsigned long timeout) {
  return vmem_wait_done(completion, TASK_UNINTERRUPTIBLE, timeout);
}
#define wait_for_completion_interruptible_timeout(completion, timeout) \
  vmem_wait_done(completion, TASK_INTERRUPTIBLE, timeout)
bool try_wait_for_completion(struct completion *completion) VK(try_wait_for_completion);
static inline bool completion_done(struct completion *completion) {
  return READ_ONCE(completion->vmem.done) != 0;
}

#endif
