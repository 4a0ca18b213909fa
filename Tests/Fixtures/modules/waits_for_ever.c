// Waits for what never comes, in different ways, by number.
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <linux/wait.h>

static int way;
module_param(way, int, 0);

static DECLARE_COMPLETION(never);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static int flag;

static int poll(void *data) {
  while (!kthread_should_stop() || data) msleep(20);
  return 0;
}

static void beat(struct timer_list *timer);
static DEFINE_TIMER(heart, beat);
static void beat(struct timer_list *timer) { mod_timer(&heart, jiffies + HZ); }

static int __init waits_for_ever_init(void) {
  switch (way) {
    case 0:
      kthread_run(poll, NULL, "poller");
      wait_for_completion(&never);
      break;
    case 1:
      while (!READ_ONCE(flag)) msleep(10);
      break;
    case 2:
      while (!READ_ONCE(flag)) cond_resched();
      break;
    case 3:
      while (!READ_ONCE(flag)) schedule_timeout_uninterruptible(HZ);
      break;
    case 4:
      while (!wait_event_timeout(queue, flag, HZ)) {}
      break;
    case 5: kthread_stop(kthread_run(poll, (void *)1, "poller")); break;
    case 6:
      mod_timer(&heart, jiffies + HZ);
      wait_event(queue, flag);
      break;
    case 7:
      mod_timer(&heart, jiffies + HZ);
      while (!READ_ONCE(flag)) msleep(500);
      break;
  }
  return 0;
}

static void __exit waits_for_ever_exit(void) {}

module_init(waits_for_ever_init);
module_exit(waits_for_ever_exit);
MODULE_LICENSE("GPL");
