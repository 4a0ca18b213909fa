// Who comes first: work of ordered queues, readers and writers, work whose delay is not waited for, and
// what runs as an interrupt would.
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

static int way;
module_param(way, int, 0);
static DECLARE_RWSEM(rwsem);
static struct work_struct work[2];
static struct delayed_work delayed;
static struct timer_list timer;
static void *area;
static DEFINE_SPINLOCK(lock);

static void steps(struct work_struct *item) {
  pr_info("start %d\n", (int)(item - work));
  msleep(3);
  pr_info("end %d\n", (int)(item - work));
}
static void late(struct work_struct *item) { pr_info("worked\n"); }
static int writes(void *data) {
  down_write(&rwsem);
  pr_info("writer\n");
  up_write(&rwsem);
  while (!kthread_should_stop()) msleep(1);
  return 0;
}
static void fires(struct timer_list *timer) { pr_info("timer\n"); }
static void show(const char *what) {
  pr_info("%s: soft %d hard %d interrupt %d task %d off %d\n", what, !!in_serving_softirq(),
      !!in_hardirq(), !!in_interrupt(), !!in_task(), irqs_disabled());
}
static void tasklet_runs(struct tasklet_struct *tasklet) {
  show("tasklet");
  vfree(area);
}
static DECLARE_TASKLET(tasklet, tasklet_runs);
static void irq_runs(struct irq_work *work) { show("irq_work"); }
static struct irq_work irq_work;

static void order_work(void) {
  struct workqueue_struct *queue = alloc_ordered_workqueue("ordered", 0);
  INIT_WORK(&work[0], steps);
  INIT_WORK(&work[1], steps);
  queue_work(queue, &work[0]);
  queue_work(queue, &work[1]);
  destroy_workqueue(queue);
}
static void read_again(bool trial) {
  struct task_struct *task;
  down_read(&rwsem);
  task = kthread_run(writes, NULL, "writes");
  msleep(5);
  if (trial) pr_info("try %d\n", down_read_trylock(&rwsem));
  else down_read(&rwsem);
  up_read(&rwsem);
  msleep(5);
  kthread_stop(task);
}

static int __init start(void) {
  unsigned long begun = jiffies;
  if (way == 0) order_work();
  if (way == 1) read_again(true);
  if (way == 2) read_again(false);
  if (way == 3) {
    INIT_DELAYED_WORK(&delayed, late);
    schedule_delayed_work(&delayed, 500);
    flush_delayed_work(&delayed);
    pr_info("after %lu\n", jiffies - begun);
  }
  if (way == 4) {
    timer_setup(&timer, fires, 0);
    timer.expires = jiffies + 2;
    add_timer(&timer);
    add_timer(&timer);
    msleep(5);
  }
  if (way == 5) {
    area = vmalloc(4096);
    tasklet_schedule(&tasklet);
    tasklet_kill(&tasklet);
    init_irq_work(&irq_work, irq_runs);
    irq_work_queue(&irq_work);
    irq_work_sync(&irq_work);
    area = vmalloc(4096);
    local_bh_disable();
    vfree(area);
    local_bh_enable();
  }
  if (way == 6) {
    spin_lock(&lock);
    kmem_cache_destroy(kmem_cache_create("sleeps", 64, 0, 0, NULL));
    spin_unlock(&lock);
  }
  if (way == 7) {
    spin_lock(&lock);
    cond_resched();
    spin_unlock(&lock);
  }
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
