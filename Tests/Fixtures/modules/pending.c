#include <linux/module.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
static void fired(struct timer_list *t) { pr_info("fired\n"); }
static void worked(struct work_struct *w) { pr_info("worked\n"); }
static DEFINE_TIMER(timer, fired);
static DECLARE_DELAYED_WORK(work, worked);
static int __init i(void) {
  mod_timer(&timer, jiffies + HZ);
  schedule_delayed_work(&work, HZ);
  return alloc_workqueue("left", 0, 0) ? 0 : -ENOMEM;
}
static void __exit e(void) {}
module_init(i);
module_exit(e);
MODULE_LICENSE("GPL");
