// What functions leave behind when they return, and what tasks die of that nobody waits for.
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static int way;
module_param(way, int, 0);
static DEFINE_SPINLOCK(kept);
static DEFINE_MUTEX(owned);
static struct timer_list timer;
static struct work_struct work;
static struct rcu_head head;
static volatile int *nothing = (int *)8;

static int faults(void *data) { return *nothing; }
static int stops(void *data) { BUG(); return 0; }
static void fires(struct timer_list *timer) { faults(NULL); }
static void works(struct work_struct *work) { faults(NULL); }
static void locks(struct work_struct *work) { spin_lock(&kept); barrier(); }
static void reads(struct work_struct *work) { rcu_read_lock(); barrier(); }
static void counts(struct timer_list *timer) { preempt_disable(); barrier(); }
static int owns(void *data) { mutex_lock(&owned); barrier(); return 0; }
static int keeps(void *data) { spin_lock(&kept); barrier(); return 0; }
static int masks(void *data) { local_irq_disable(); barrier(); return 0; }
static int dies(void *data) { spin_lock(&kept); return *nothing; }
static void calls(struct rcu_head *head) { rcu_read_lock(); barrier(); }

static void run_work(work_func_t function) {
  INIT_WORK(&work, function);
  schedule_work(&work);
  pr_info("waited %d %d\n", flush_work(&work), flush_work(&work));
}
static void run_timer(void (*function)(struct timer_list *)) {
  timer_setup(&timer, function, 0);
  mod_timer(&timer, jiffies + 1);
  msleep(5);
}
static void run_thread(int (*function)(void *)) {
  pr_info("thread %d\n", IS_ERR(kthread_run(function, NULL, "worker")));
  msleep(5);
}

static int __init start(void) {
  switch (way) {
  case 0: run_thread(faults); break;
  case 1: run_thread(stops); break;
  case 2: run_timer(fires); break;
  case 3: run_work(works); break;
  case 5: run_work(locks); break;
  case 6: run_work(reads); break;
  case 7: run_timer(counts); run_timer(counts); break;
  case 8: run_thread(owns); mutex_lock(&owned); break;
  case 9: run_thread(keeps); spin_lock(&kept); break;
  case 10: run_thread(masks); break;
  case 11: run_thread(dies); break;
  case 12: call_rcu(&head, calls); rcu_barrier(); break;
  case 13: local_irq_disable(); preempt_disable(); break;
  case 14: WARN_ON(1); run_thread(faults); run_thread(faults); break;
  }
  return 0;
}
static void __exit end(void) {
  if (way == 4) faults(NULL);
  if (way == 15) spin_lock(&kept);
}
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
