// Work that tasks of the emulator do later.
#ifndef VMEM_WORKQUEUE_H
#define VMEM_WORKQUEUE_H

#include <vmem/list.h>
#include <vmem/time.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);
// Pending while `vmem_number` is not 0.
struct work_struct {
  unsigned long vmem_number;
  struct list_head entry;
  work_func_t func;
};
struct delayed_work {
  struct work_struct work;
  struct timer_list timer;
  struct workqueue_struct *wq;
};
struct rcu_work { struct work_struct work; struct rcu_head rcu; };

#define __WORK_INITIALIZER(name, function) { .func = (function) }
#define DECLARE_WORK(name, function) struct work_struct name = { .func = (function) }
#define DECLARE_DELAYED_WORK(name, function) \
  struct delayed_work name = { .work = { .func = (function) } }
// A third argument, the work's data, until 2.6.20.
#define INIT_WORK(work, function, ...) \
  ((void)(*(work) = (struct work_struct){ .func = (work_func_t)(function) }))
#define INIT_WORK_ONSTACK INIT_WORK
#define INIT_DELAYED_WORK(work_, function) \
  ((void)(*(work_) = (struct delayed_work){ .work = { .func = (function) } }))
#define destroy_work_on_stack(work) do { } while (0)
#define to_delayed_work(pointer) container_of(pointer, struct delayed_work, work)
#define work_pending(work) (READ_ONCE((work)->vmem_number) != 0)
#define delayed_work_pending(delayed) work_pending(&(delayed)->work)

enum {
  WQ_UNBOUND = 2, WQ_FREEZABLE = 4, WQ_MEM_RECLAIM = 8, WQ_HIGHPRI = 16, WQ_CPU_INTENSIVE = 32,
  WQ_SYSFS = 64, WQ_PERCPU = 256, WQ_BH = 1, WORK_CPU_UNBOUND = 64,
};
struct workqueue_struct *alloc_workqueue(const char *format, unsigned int flags, int active, ...)
    VK(alloc_workqueue) __printf(1, 4);
void destroy_workqueue(struct workqueue_struct *queue) VK(destroy_workqueue);
void vmem_flush_workqueue(struct workqueue_struct *queue) VK(flush_workqueue);
#define flush_workqueue(queue) vmem_flush_workqueue(queue)
#define drain_workqueue flush_workqueue
#define flush_scheduled_work() vmem_flush_workqueue(NULL)
#define create_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
#define create_singlethread_workqueue create_workqueue
#define create_freezable_workqueue create_workqueue
#define alloc_ordered_workqueue(format, flags, ...) \
  alloc_workqueue(format, (flags) | WQ_UNBOUND, 1, ##__VA_ARGS__)
// 0 stands for the system's queue.
#define system_wq ((struct workqueue_struct *)0)
#define system_highpri_wq system_wq
#define system_long_wq system_wq
#define system_unbound_wq system_wq
#define system_percpu_wq system_wq
#define system_dfl_wq system_wq
// Whether it was not pending already.
bool queue_work(struct workqueue_struct *queue, struct work_struct *work) VK(queue_work);
bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
    unsigned long delay) VK(queue_delayed_work);
bool mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *work,
    unsigned long delay) VK(mod_delayed_work);
bool flush_work(struct work_struct *work) VK(flush_work);
bool cancel_work_sync(struct work_struct *work) VK(cancel_work_sync);
bool vmem_cancel_delayed(struct delayed_work *work, bool wait) VK(cancel_delayed_work);
#define queue_work_on(cpu, queue, work) queue_work(queue, work)
#define queue_delayed_work_on(cpu, queue, work, delay) queue_delayed_work(queue, work, delay)
#define schedule_work(work) queue_work(system_wq, work)
#define schedule_work_on(cpu, work) queue_work(system_wq, work)
#define schedule_delayed_work(work, delay) queue_delayed_work(system_wq, work, delay)
#define cancel_work cancel_work_sync
#define cancel_delayed_work(work) vmem_cancel_delayed(work, false)
#define cancel_delayed_work_sync(work) vmem_cancel_delayed(work, true)
bool flush_delayed_work(struct delayed_work *work) VK(flush_delayed_work);

// MARK: Tasklets and irq_work, which must not sleep

struct tasklet_struct {
  struct work_struct work;
  void (*callback)(struct tasklet_struct *tasklet);
  void (*func)(unsigned long data);
  unsigned long data;
};
static inline void vmem_tasklet_run(struct work_struct *work) {
  struct tasklet_struct *tasklet = container_of(work, struct tasklet_struct, work);
  if (tasklet->callback) tasklet->callback(tasklet);
  else tasklet->func(tasklet->data);
}
#define DECLARE_TASKLET(name, function) \
  struct tasklet_struct name = { .work = { .func = vmem_tasklet_run }, .callback = (function) }
#define DECLARE_TASKLET_OLD(name, function) \
  struct tasklet_struct name = { .work = { .func = vmem_tasklet_run }, .func = (function) }
#define tasklet_setup(tasklet, function) \
  ((void)(*(tasklet) = (struct tasklet_struct){ \
    .work = { .func = vmem_tasklet_run }, .callback = (function) }))
#define tasklet_init(tasklet, function, data_) \
  ((void)(*(tasklet) = (struct tasklet_struct){ \
    .work = { .func = vmem_tasklet_run }, .func = (function), .data = (data_) }))
void tasklet_schedule(struct tasklet_struct *tasklet) VK(tasklet_schedule);
#define tasklet_hi_schedule tasklet_schedule
#define tasklet_kill(tasklet) ((void)flush_work(&(tasklet)->work))

struct irq_work {
  struct work_struct work;
  void (*func)(struct irq_work *work);
};
static inline void vmem_irq_work_run(struct work_struct *work) {
  struct irq_work *irq_work = container_of(work, struct irq_work, work);
  irq_work->func(irq_work);
}
#define init_irq_work(work_, function) \
  ((void)(*(work_) = (struct irq_work){ \
    .work = { .func = vmem_irq_work_run }, .func = (function) }))
bool irq_work_queue(struct irq_work *work) VK(irq_work_queue);
#define irq_work_sync(irq) ((void)flush_work(&(irq)->work))

#endif
