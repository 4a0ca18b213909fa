// A timer, a thread and work that go on after init.
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

static struct timer_list timer;
static struct delayed_work work;
static struct task_struct *thread;

static void fires(struct timer_list *timer) {
  pr_info("timer\n");
  mod_timer(timer, jiffies + HZ);
}
static void works(struct work_struct *item) { pr_info("work\n"); }
static int runs(void *data) {
  while (!kthread_should_stop()) {
    pr_info("thread\n");
    ssleep(1);
  }
  return 0;
}

static int __init start(void) {
  timer_setup(&timer, fires, 0);
  mod_timer(&timer, jiffies + HZ);
  INIT_DELAYED_WORK(&work, works);
  schedule_delayed_work(&work, 2 * HZ);
  thread = kthread_run(runs, NULL, "runs");
  return 0;
}
static void __exit end(void) {
  kthread_stop(thread);
  del_timer_sync(&timer);
  cancel_delayed_work_sync(&work);
  pr_info("end\n");
}
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
