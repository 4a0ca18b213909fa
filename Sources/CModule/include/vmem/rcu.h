// Read-copy update: read sides, grace periods and what runs after one.
#ifndef VMEM_RCU_H
#define VMEM_RCU_H

#include <vmem/list.h>
#include <vmem/sched.h>

// Neither sleeps nor is moved; counts as atomic.
void rcu_read_lock(void) VK(rcu_read_lock);
void rcu_read_unlock(void) VK(rcu_read_unlock);
bool rcu_read_lock_held(void) VK(rcu_read_lock_held);
#define rcu_read_lock_bh rcu_read_lock
#define rcu_read_unlock_bh rcu_read_unlock
#define rcu_read_lock_sched rcu_read_lock
#define rcu_read_unlock_sched rcu_read_unlock
// Waits until every read side that is running now has ended.
void synchronize_rcu(void) VK(synchronize_rcu);
#define synchronize_rcu_expedited synchronize_rcu
#define synchronize_sched synchronize_rcu
#define synchronize_net synchronize_rcu
// Runs `function` after a grace period, in a task of its own.
void call_rcu(struct rcu_head *head, rcu_callback_t function) VK(call_rcu);
#define call_rcu_hurry call_rcu
#define call_rcu_sched call_rcu
// Waits until all that call_rcu was given has run.
void rcu_barrier(void) VK(rcu_barrier);
// Frees memory of kmalloc or vmalloc after a grace period; `head` lies in it.
void vmem_kvfree_rcu(struct rcu_head *head, void *address) VK(kvfree_rcu);
void vmem_kvfree_rcu_now(void *address) VK(kvfree_rcu_mightsleep);
#define kvfree_rcu_mightsleep(address) vmem_kvfree_rcu_now((void *)(address))
void kvfree_rcu_barrier(void) VK(kvfree_rcu_barrier);

#define RCU_INITIALIZER(value) (value)
#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define rcu_assign_pointer(pointer, value) smp_store_release(&(pointer), value)
#define rcu_replace_pointer(pointer, value, held) \
  ({ __auto_type __old = (pointer); rcu_assign_pointer(pointer, value); __old; })
#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_dereference_check(pointer, condition) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) (pointer)
#define rcu_dereference_raw(pointer) READ_ONCE(pointer)
#define rcu_dereference_bh rcu_dereference
#define rcu_dereference_sched rcu_dereference
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define unrcu_pointer(pointer) (pointer)
#define init_rcu_head(head) do { } while (0)
#define destroy_rcu_head(head) do { } while (0)
#define rcu_lock_acquire(map) do { } while (0)

// MARK: Lists that are read without a lock

#define list_add_rcu list_add
#define list_add_tail_rcu list_add_tail
static inline void list_del_rcu(struct list_head *entry) {
  __list_del_entry(entry);
  entry->prev = LIST_POISON2;
}
static inline void list_replace_rcu(struct list_head *old, struct list_head *new) {
  list_replace(old, new);
  old->prev = LIST_POISON2;
}
#define list_entry_rcu(pointer, type, member) container_of(READ_ONCE(pointer), type, member)
#define list_for_each_entry_rcu list_for_each_entry
#define list_first_or_null_rcu list_first_entry_or_null
#define hlist_add_head_rcu hlist_add_head
static inline void hlist_del_rcu(struct hlist_node *node) {
  __hlist_del(node);
  node->pprev = LIST_POISON2;
}
static inline void hlist_del_init_rcu(struct hlist_node *node) {
  if (hlist_unhashed(node)) return;
  __hlist_del(node);
  node->pprev = NULL;
}
#define hlist_for_each_entry_rcu hlist_for_each_entry
#define hash_add_rcu hash_add
#define hash_del_rcu hlist_del_init_rcu
#define hash_for_each_rcu hash_for_each
#define hash_for_each_possible_rcu(table, at, member, key, ...) \
  hash_for_each_possible(table, at, member, key)

// MARK: Sleepable RCU

// `vmem_number` is the emulator's, 0 until it is first used.
struct srcu_struct { unsigned long vmem_number; };
#define DEFINE_SRCU(name) struct srcu_struct name = { 0 }
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)
static inline int init_srcu_struct(struct srcu_struct *srcu) {
  srcu->vmem_number = 0;
  return 0;
}
void cleanup_srcu_struct(struct srcu_struct *srcu) VK(cleanup_srcu_struct);
// The index that the read side has to give back.
int srcu_read_lock(struct srcu_struct *srcu) VK(srcu_read_lock);
void srcu_read_unlock(struct srcu_struct *srcu, int index) VK(srcu_read_unlock);
void synchronize_srcu(struct srcu_struct *srcu) VK(synchronize_srcu);
#define synchronize_srcu_expedited synchronize_srcu
void call_srcu(struct srcu_struct *srcu, struct rcu_head *head, rcu_callback_t function)
    VK(call_srcu);
void srcu_barrier(struct srcu_struct *srcu) VK(srcu_barrier);
#define srcu_dereference(pointer, srcu) READ_ONCE(pointer)

#endif
