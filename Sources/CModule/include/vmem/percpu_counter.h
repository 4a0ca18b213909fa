// Counters that each CPU adds to on its own until a batch is full.
#ifndef VMEM_PERCPU_COUNTER_H
#define VMEM_PERCPU_COUNTER_H

#include <vmem/locks.h>
#include <vmem/percpu.h>

// All CPUs' parts and `count` are the value; `count` alone is off by the parts.
struct percpu_counter {
  raw_spinlock_t lock;
  s64 count;
  s32 __percpu *counters;
};
#define percpu_counter_batch max(32, (int)num_online_cpus() * 2)

static __always_inline int vmem_percpu_counter_init(
    struct percpu_counter *counter, s64 amount, gfp_t gfp) {
  raw_spin_lock_init(&counter->lock);
  counter->count = amount;
  counter->counters = alloc_percpu_gfp(s32, gfp);
  return counter->counters ? 0 : -ENOMEM;
}
#define percpu_counter_init(counter, amount, gfp) vmem_percpu_counter_init(counter, amount, gfp)
static inline void percpu_counter_destroy(struct percpu_counter *counter) {
  free_percpu(counter->counters);
  counter->counters = NULL;
}
static inline bool percpu_counter_initialized(struct percpu_counter *counter) {
  return counter->counters != NULL;
}
static inline void percpu_counter_add_batch(
    struct percpu_counter *counter, s64 amount, s32 batch) {
  unsigned long flags;
  local_irq_save(flags);
  s32 *part = this_cpu_ptr(counter->counters);
  s64 sum = *part + amount;
  if (sum >= batch || sum <= -batch) {
    raw_spin_lock(&counter->lock);
    counter->count += sum;
    raw_spin_unlock(&counter->lock);
    sum = 0;
  }
  *part = sum;
  local_irq_restore(flags);
}
#define percpu_counter_add(counter, amount) \
  percpu_counter_add_batch(counter, amount, percpu_counter_batch)
#define percpu_counter_add_local(counter, amount) \
  percpu_counter_add_batch(counter, amount, INT_MAX)
#define percpu_counter_sub(counter, amount) percpu_counter_add(counter, -(s64)(amount))
#define percpu_counter_sub_local(counter, amount) \
  percpu_counter_add_local(counter, -(s64)(amount))
#define percpu_counter_inc(counter) percpu_counter_add(counter, 1)
#define percpu_counter_dec(counter) percpu_counter_add(counter, -1)
static inline s64 percpu_counter_sum(struct percpu_counter *counter) {
  unsigned long flags;
  int cpu;
  raw_spin_lock_irqsave(&counter->lock, flags);
  s64 sum = counter->count;
  for_each_online_cpu(cpu) sum += *per_cpu_ptr(counter->counters, cpu);
  raw_spin_unlock_irqrestore(&counter->lock, flags);
  return sum;
}
#define __percpu_counter_sum percpu_counter_sum
#define percpu_counter_sum_positive(counter) max(percpu_counter_sum(counter), (s64)0)
static inline s64 percpu_counter_read(struct percpu_counter *counter) { return counter->count; }
#define percpu_counter_read_positive(counter) max(READ_ONCE((counter)->count), (s64)0)
static inline void percpu_counter_set(struct percpu_counter *counter, s64 amount) {
  unsigned long flags;
  int cpu;
  raw_spin_lock_irqsave(&counter->lock, flags);
  for_each_possible_cpu(cpu) *per_cpu_ptr(counter->counters, cpu) = 0;
  counter->count = amount;
  raw_spin_unlock_irqrestore(&counter->lock, flags);
}
static inline void percpu_counter_sync(struct percpu_counter *counter) {
  percpu_counter_set(counter, percpu_counter_sum(counter));
}
static inline int __percpu_counter_compare(
    struct percpu_counter *counter, s64 value, s32 batch) {
  s64 count = percpu_counter_read(counter);
  if (abs(count - value) <= (s64)batch * num_online_cpus()) count = percpu_counter_sum(counter);
  return count < value ? -1 : count > value;
}
#define percpu_counter_compare(counter, value) \
  __percpu_counter_compare(counter, value, percpu_counter_batch)

#endif
