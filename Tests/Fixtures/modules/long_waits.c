// Waits of more than two minutes, with a limit and without, that a signal would end and that none does.
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/wait.h>

static int way;
module_param(way, int, 0);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static DECLARE_COMPLETION(never);
static int flag;
static int waiter(void *data) {
  wait_event(queue, flag);
  return 0;
}

static int __init start(void) {
  switch (way) {
  case 0: wait_event_timeout(queue, flag, 500 * HZ); break;
  case 1: wait_event_interruptible_timeout(queue, flag, 500 * HZ); break;
  case 2: msleep(130000); break;
  case 3: msleep_interruptible(130000); break;
  case 4: wait_for_completion_timeout(&never, 130 * HZ); break;
  case 5: schedule_timeout_uninterruptible(130 * HZ); break;
  case 6: schedule_timeout_interruptible(130 * HZ); break;
  case 7:
    kthread_run(waiter, NULL, "waiter");
    schedule_timeout_interruptible(130 * HZ);
    flag = 1;
    wake_up(&queue);
    break;
  case 8: msleep(3000000); break;
  }
  pr_info("over\n");
  return 0;
}
static void __exit end(void) { }
module_init(start);
module_exit(end);
MODULE_LICENSE("GPL");
