// Chains of functions that are told of an event, the highest priority first.
#ifndef VMEM_NOTIFIER_H
#define VMEM_NOTIFIER_H

#include <vmem/locks.h>
#include <vmem/misc.h>
#include <vmem/rcu.h>

#define NOTIFY_STOP_MASK 0x8000
static inline int notifier_from_errno(int error) {
  return error ? NOTIFY_STOP_MASK | (NOTIFY_OK - error) : NOTIFY_OK;
}
static inline int notifier_to_errno(int result) {
  result &= ~NOTIFY_STOP_MASK;
  return result > NOTIFY_OK ? NOTIFY_OK - result : 0;
}

static inline int vmem_notifier_add(struct notifier_block **at, struct notifier_block *block) {
  for (; *at; at = &(*at)->next) {
    if (WARN(*at == block, "notifier callback %ps already registered", block->notifier_call)) {
      return -EEXIST;
    }
    if (block->priority > (*at)->priority) break;
  }
  block->next = *at;
  rcu_assign_pointer(*at, block);
  return 0;
}
static inline int vmem_notifier_remove(struct notifier_block **at, struct notifier_block *block) {
  for (; *at; at = &(*at)->next) {
    if (*at != block) continue;
    rcu_assign_pointer(*at, block->next);
    return 0;
  }
  return -ENOENT;
}
static inline int vmem_notifier_call(
    struct notifier_block *block, unsigned long action, void *data) {
  int result = NOTIFY_DONE;
  for (struct notifier_block *next; block && !(result & NOTIFY_STOP_MASK); block = next) {
    next = rcu_dereference(block->next);
    result = block->notifier_call(block, action, data);
  }
  return result;
}

// The four kinds differ in what guards the chain while it is changed and while it is called.
#define __vmem_notifier(kind, lock, unlock, enter, leave) \
  static inline int kind##_notifier_chain_register( \
      struct kind##_notifier_head *chain, struct notifier_block *block) { \
    lock; \
    int result = vmem_notifier_add(&chain->head, block); \
    unlock; \
    return result; \
  } \
  static inline int kind##_notifier_chain_unregister( \
      struct kind##_notifier_head *chain, struct notifier_block *block) { \
    lock; \
    int result = vmem_notifier_remove(&chain->head, block); \
    unlock; \
    return result; \
  } \
  static inline int kind##_notifier_call_chain( \
      struct kind##_notifier_head *chain, unsigned long action, void *data) { \
    enter; \
    int result = vmem_notifier_call(rcu_dereference(chain->head), action, data); \
    leave; \
    return result; \
  }
struct raw_notifier_head { struct notifier_block *head; };
struct atomic_notifier_head { spinlock_t lock; struct notifier_block *head; };
struct blocking_notifier_head { struct rw_semaphore rwsem; struct notifier_block *head; };
struct srcu_notifier_head {
  struct mutex mutex;
  struct srcu_struct srcu;
  struct notifier_block *head;
};
__vmem_notifier(raw, , , , )
__vmem_notifier(atomic, unsigned long flags; spin_lock_irqsave(&chain->lock, flags),
    spin_unlock_irqrestore(&chain->lock, flags); synchronize_rcu(), rcu_read_lock(),
    rcu_read_unlock())
__vmem_notifier(blocking, down_write(&chain->rwsem), up_write(&chain->rwsem),
    down_read(&chain->rwsem), up_read(&chain->rwsem))
__vmem_notifier(srcu, mutex_lock(&chain->mutex), mutex_unlock(&chain->mutex),
    int index = srcu_read_lock(&chain->srcu), srcu_read_unlock(&chain->srcu, index))
#define RAW_NOTIFIER_INIT(name) { .head = NULL }
#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)
#define RAW_INIT_NOTIFIER_HEAD(name) ((name)->head = NULL)
#define ATOMIC_NOTIFIER_INIT(name) { .lock = __SPIN_LOCK_UNLOCKED(name.lock), .head = NULL }
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define ATOMIC_INIT_NOTIFIER_HEAD(name) \
  do { spin_lock_init(&(name)->lock); (name)->head = NULL; } while (0)
#define BLOCKING_NOTIFIER_INIT(name) { .rwsem = __RWSEM_INITIALIZER(name.rwsem), .head = NULL }
#define BLOCKING_NOTIFIER_HEAD(name) \
  struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define BLOCKING_INIT_NOTIFIER_HEAD(name) \
  do { init_rwsem(&(name)->rwsem); (name)->head = NULL; } while (0)
static inline void srcu_init_notifier_head(struct srcu_notifier_head *chain) {
  mutex_init(&chain->mutex);
  init_srcu_struct(&chain->srcu);
  chain->head = NULL;
}
#define srcu_cleanup_notifier_head(name) cleanup_srcu_struct(&(name)->srcu)

#endif
